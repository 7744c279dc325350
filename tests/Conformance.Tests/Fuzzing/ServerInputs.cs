using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.BadInput;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>
/// Odd requests at a running Berth with two tenants: each is answered, none with a mistake of the server, what is refused changes nothing, and no answer tells of the
/// other tenant (B760, B732).
/// </summary>
public sealed partial class ServerInputs(ServerInputs.TwoTenants there) : IClassFixture<ServerInputs.TwoTenants>
{
    private static readonly string[] Options =
    [
        "$filter=id eq 'ID-HERE'", "$filter=assignedLicenses/any(s:s/skuId eq ID-HERE)", "$filter=startswith(displayName,'a') and accountEnabled eq true", "$expand=manager", "$expand=members($select=id)", "$search=\"displayName:ada\"", "$count=true",
        "$orderby=displayName desc", "$select=id,displayName", "$top=5", "$skiptoken=W10", "$deltatoken=latest", "$apply=aggregate($count as c)", "userId=ID-HERE", "$format=json", "filter=userName eq \"ada\"", "attributes=userName", "startIndex=1&count=2",
        "$filter=createdDateTime ge 2026-01-01T00:00:00Z", "$filter=not(displayName eq 'x' or (mail ne null))", "since=2026-01-01T00:00:00Z", "until=ID-HERE", "$skip=1",
    ];

    private static readonly string[] FilterPieces =
    [
        "displayName", "accountEnabled", "assignedLicenses", "id", "createdDateTime", "proxyAddresses", "eq", "ne", "gt", "in", "and", "or", "not", "(", ")", "/any(", "/all(", "x:", "x", "x/skuId", "'a'", "'", "''", "null", "true", "1", "1.5e300", "1e999999",
        "2026-01-01T00:00:00Z", "duration'P1D'", "startswith(", "endswith(", "contains(", "tolower(", "concat(", "cast(", "isof(", "geo.distance(", ",", "/$count", "$it", "@p1", "-", "add", "mul", "has", "ID-HERE",
    ];

    private static readonly (string Name, string[] Values)[] Headers =
    [
        ("Prefer", ["return=minimal", "odata.maxpagesize=3", "odata.maxpagesize=99999999999", "respond-async"]), ("If-Match", ["*", "W/\"1\"", "\"1\""]), ("ConsistencyLevel", ["eventual", "session"]), ("Berth-As-Of", ["1", "2026-11-27T00:00:00Z", "0001-01-01T00:00:00Z", "99999999999999999999"]),
        ("Repeatability-Request-ID", ["a", "b"]), ("client-request-id", ["x"]), ("x-ms-throttle-priority", ["high"]), ("X-Forwarded-Proto", ["https", "gopher"]), ("X-Forwarded-Host", ["evil.example"]), ("X-Forwarded-For", ["127.0.0.1"]), ("Accept", ["*/*", "application/json;odata.metadata=none"]),
        ("Accept-Encoding", ["gzip, br", "identity;q=0"]), ("traceparent", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]), ("Range", ["bytes=0-1"]), ("Cookie", ["berth-sign-in=x", "berth-external=y"]), ("Host", ["evil.example", "[::1]:1", "a b", "a_b.example", "a..b"]), ("Expect", ["100-continue"]),
    ];

    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Route[] Table { get; } = [.. PermissionTable.Routes.Where(route => !(route.Template == "/faults" && route.Method == GraphMethod.Post))];

    [Fact]
    public async Task Odd_requests_at_every_route()
    {
        await Trial.EachAsync(Inputs.For(nameof(Odd_requests_at_every_route)), Any, JudgedAsync);

        // Nothing would be tried by what is refused at the door.
        TestContext.Current.TestOutputHelper!.WriteLine(there.Tally);
        Assert.True(there.Granted > Trial.Of(Inputs.For(nameof(Odd_requests_at_every_route))) / 10, there.Tally);
    }

    [Fact]
    public Task Odd_query_options_of_lists()
    {
        string[] lists = [.. Table.Where(route => route.Method == GraphMethod.Get).SelectMany(route => Prefixes(route).Select(prefix => prefix + route.Template))];
        return Trial.EachAsync(
            Inputs.For(nameof(Odd_query_options_of_lists)),
            odd => new Attempt("GET", $"{Filled(odd, odd.Once(3) ? odd.Of(["/v1.0/users", "/v1.0/groups", "/v1.0/users/delta", "/beta/users", "/berth/v1/history", "/scim/v2/Users"]) : odd.Of(lists))}?{Query(odd)}", null, null, odd.Once(2) ? [("ConsistencyLevel", "eventual")] : []),
            JudgedAsync);
    }

    [Fact]
    public Task Odd_batches_and_dependencies() => Trial.EachAsync(
        Inputs.For(nameof(Odd_batches_and_dependencies)),
        odd =>
        {
            string prefix = odd.Of(["/v1.0", "/beta"]);
            string items = string.Join(",", Enumerable.Range(0, odd.Once(10) ? 25 : odd.Below(20) + 1).Select(i =>
            {
                Attempt one = Any(odd);
                string id = odd.Once(15) ? odd.Json(1) : $"\"{i}\"";
                string depends = odd.Once(3) ? $",\"dependsOn\":[{(odd.Once(6) ? odd.Json(1) : $"\"{odd.Below(i + 2)}\"")}]" : "";
                return $"{{\"id\":{id},\"method\":{Odd.Quoted(one.Method)},\"url\":{Odd.Quoted(one.Path.StartsWith(prefix, StringComparison.Ordinal) ? one.Path[prefix.Length..] : one.Path)}{depends},\"headers\":{{\"Content-Type\":\"application/json\"}}{(one.Body is null ? "" : $",\"body\":{Encoding.UTF8.GetString(one.Body)}")}}}";
            }));
            return new Attempt("POST", prefix + "/$batch", Encoding.UTF8.GetBytes($"{{\"requests\":[{items}]}}"), "application/json", []);
        },
        JudgedAsync);

    [Fact]
    public Task Odd_tokens_of_anybody() => Trial.EachAsync(
        Inputs.For(nameof(Odd_tokens_of_anybody)),
        odd => Sendable(odd.Below(4) switch
        {
            0 => $"Bearer {odd.Mutated(there.Token)}",
            1 => $"Bearer {odd.Text()}.{odd.Text()}.{odd.Text()}",
            2 => odd.Once(2) ? odd.Text() : $"Bearer {TwoTenants.ClientId}.{odd.Text()}",
            _ => "Bearer " + string.Join('.', there.Token.Split('.').Select((part, i) => i == odd.Below(4) ? System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(odd.Json("""{"alg":"none","typ":"JWT","kid":"x","tid":"x","aud":"https://graph.microsoft.com","exp":99999999999,"roles":["Directory.ReadWrite.All"]}"""))) : part)),
        }),
        async authorization =>
        {
            Attempt attempt = new("GET", "/v1.0/organization", null, null, [("Authorization", authorization)]);
            (int status, string text) = await there.SendAsync(attempt);

            // What ends in spare bits of Base64 is the same token, spelled differently.
            bool isSame = authorization.Trim().Length == there.Token.Length + 7 && authorization.Trim()[7..^1] == there.Token[..^1];
            Assert.True(status is 401 or 400 or 431 || isSame || authorization == $"Bearer {there.Token}", $"{Trial.Shown(authorization)}: {status} {text}");
        });

    [Fact]
    public Task Odd_forms_of_strangers()
    {
        string[] forms =
        [
            $"grant_type=client_credentials&client_id={BerthProcess.DemoClient}&client_secret=wrong&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default", "grant_type=password&username=ada%40contoso.example&password=x&client_id=CLIENT&scope=openid",
            "grant_type=authorization_code&code=AAAA&redirect_uri=http%3A%2F%2Flocalhost&code_verifier=abc&client_id=CLIENT", "grant_type=refresh_token&refresh_token=eyJhbGciOiJub25lIn0.e30.&client_id=CLIENT",
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=x&client_id=CLIENT", "grant_type=client_credentials&client_id=CLIENT&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=eyJhbGciOiJQUzI1NiIsIng1dCI6IngifQ.eyJhdWQiOiJ4In0.c2ln",
            "response_type=code&client_id=CLIENT&redirect_uri=http%3A%2F%2Flocalhost%2F&scope=openid&state=s&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&prompt=login", "code=ABCDEFGHJ&anti-forgery=x&username=a&password=b",
            "api-version=2019-08-01&resource=https://graph.microsoft.com", "authorization_endpoint=https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        ];
        string[] paths =
        [
            "/common/oauth2/v2.0/token", "/TENANT/oauth2/v2.0/token", "/TENANT/oauth2/token", "/TENANT/oauth2/v2.0/authorize", "/organizations/oauth2/v2.0/authorize", "/TENANT/oauth2/v2.0/devicecode", "/TENANT/v2.0/.well-known/openid-configuration", "/common/discovery/instance",
            "/TENANT/discovery/v2.0/keys", "/common/userrealm/ada@contoso.example", "/login/device", "/devicelogin", "/berth/v1/setup", "/msi/token", "/metadata/identity/oauth2/token", "/portal/", "/portal/index.html", "/healthz/ready", "/metrics", "/", "/sign-in/external",
        ];
        string[] bodies = ["""{"code":"ABCD","displayName":"X","domain":"x.example","country":"DE","administrator":{"userPrincipalName":"a@x.example","password":"x"}}"""];
        return Trial.EachAsync(
            Inputs.For(nameof(Odd_forms_of_strangers)),
            odd =>
            {
                string path = odd.Of(paths).Replace("TENANT", odd.Once(3) ? Uri.EscapeDataString(Plain(odd.Text())) : BerthProcess.DemoTenant, StringComparison.Ordinal);
                string form = odd.Of(forms).Replace("CLIENT", odd.Once(2) ? BerthProcess.DemoClient : odd.Id().ToString(), StringComparison.Ordinal);
                form = string.Join('&', form.Split('&').Where(_ => !odd.Once(10)).Select(pair => odd.Once(4) ? $"{pair.Split('=')[0]}={Uri.EscapeDataString(Plain(odd.Text()))}" : pair));
                form = odd.Once(6) ? Plain(odd.Mutated(form)) : form;
                return odd.Below(3) switch
                {
                    0 => new Attempt(odd.Of(["GET", "HEAD", "DELETE"]), $"{path}?{form}", null, null, SomeHeaders(odd)),
                    1 => new Attempt("POST", path, Encoding.UTF8.GetBytes(odd.Once(5) ? odd.Json(odd.Of(bodies)) : form), odd.Once(8) ? Plain(odd.Text()) : odd.Once(6) ? "multipart/form-data; boundary=x" : path.Contains("setup", StringComparison.Ordinal) ? "application/json" : "application/x-www-form-urlencoded", SomeHeaders(odd)),
                    _ => new Attempt("POST", path, Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded", []),
                };
            },
            async attempt =>
            {
                // Each is another stranger, or they would soon be told to wait (B766).
                (int status, string text) = await there.SendAsync(attempt with { Headers = [.. attempt.Headers.Where(header => header.Name != "X-Forwarded-For"), ("X-Forwarded-For", $"10.{attempt.Path.Length % 256}.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}")] });
                Assert.True(status < 500, $"{attempt}: {status} {text}");
            });
    }

    [Fact]
    public async Task Odd_bytes_on_the_wire()
    {
        byte[] good = Encoding.ASCII.GetBytes($"POST /v1.0/users HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {there.Token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"a\":\r\n2\r\n1}}\r\n0\r\n\r\nGET /v1.0/organization HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
        await Trial.EachAsync(
            Inputs.For(nameof(Odd_bytes_on_the_wire)),
            odd => odd.Mutated(good),
            async bytes =>
            {
                using TcpClient connection = new("127.0.0.1", there.Berth.Http!.Port);
                NetworkStream stream = connection.GetStream();
                await stream.WriteAsync(bytes, Cancel);
                Task<string> heard = Raw.ReadAsync(stream, Cancel);
                if (await Task.WhenAny(heard, Task.Delay(_quiet, Cancel)) != heard)
                {
                    // It waits for the rest, which does not come.
                    connection.Client.Shutdown(SocketShutdown.Send);
                }

                string answers = await heard;
                foreach (Match status in Status().Matches(answers))
                {
                    int code = int.Parse(status.Groups["code"].Value, CultureInfo.InvariantCulture);
                    Assert.True(code is < 500 or 505, $"{Trial.Shown(answers)}\nto {Convert.ToBase64String(bytes)}\n{there.Berth.Errors}");
                }
            },
            atOnce: 16);
        (int alive, string said) = await there.SendAsync(new Attempt("GET", "/v1.0/organization", null, null, []));
        Assert.True(alive == 200, said);
    }

    private Attempt Any(Odd odd)
    {
        Route route = odd.Of(Table);
        string prefix = odd.Of([.. Prefixes(route)]);
        string path = Filled(odd, prefix + route.Template);
        string method = route.Method.ToString().ToUpperInvariant();
        string[] known = Corpus.Of(method, prefix + route.Template);
        string good = known.Length > 0 && !odd.Once(8) ? odd.Of(known) : odd.Of(Corpus.Anything);
        byte[]? body = route.Body switch
        {
            RouteBody.None => null,
            RouteBody.Lines => Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, odd.Below(5)).Select(_ => odd.Once(4) ? odd.Mutated(good) : odd.Json(good)))),
            RouteBody.Table => Encoding.UTF8.GetBytes(odd.Mutated(good)),
            _ when odd.Once(6) => odd.Mutated(Encoding.UTF8.GetBytes(good)),
            _ => Encoding.UTF8.GetBytes(odd.Once(3) ? good : odd.Json(good)),
        };
        body = body is null ? null : Encoding.UTF8.GetBytes(there.WithIds(odd, Encoding.UTF8.GetString(body)));
        string type = route.Body switch { RouteBody.Lines => "application/x-ndjson", RouteBody.Table => "text/csv", _ => route.Versions == RouteVersions.Scim ? "application/scim+json" : "application/json" };
        return new Attempt(method, odd.Once(3) ? $"{path}?{Query(odd)}" : path, body, odd.Once(20) ? Plain(odd.Text()) : type, SomeHeaders(odd));
    }

    private string Filled(Odd odd, string template) => Brace().Replace(template, _ => odd.Below(8) switch
    {
        0 => Uri.EscapeDataString(Plain(odd.Text())),
        1 => there.Their(odd),
        2 => odd.Id().ToString(),
        _ => there.Own(odd, template),
    });

    private string Query(Odd odd)
    {
        string query = string.Join('&', Enumerable.Range(0, 1 + odd.Below(3)).Select(_ => odd.Below(5) switch
        {
            0 => $"$filter={Uri.EscapeDataString(Plain(odd.Soup(FilterPieces, 40)))}",
            1 => $"{odd.Of(["$search", "$orderby", "$select", "$expand", "$skiptoken", "$deltatoken", "$top", "$skip", "$count", "filter", "attributes", "startIndex"])}={Uri.EscapeDataString(Plain(odd.Text()))}",
            2 => $"{odd.Of(["$orderby", "$select", "$expand", "$search", "$filter"])}={Uri.EscapeDataString(odd.Repeated(odd.Of(["(", "id,", "not ", "manager($expand=", "members($select=", "id desc,", "accountEnabled eq true or ", "-", "a/", "x/any(y:", "\"a:b\" AND ", "NOT ", "contains(", "cast("]), 2000))}",
            3 => Uri.EscapeDataString(Plain(odd.Mutated(odd.Of(Options)))).Replace("%3D", "=", StringComparison.Ordinal).Replace("%24", "$", StringComparison.Ordinal),
            _ => odd.Of(Options),
        }));
        return there.WithIds(odd, query);
    }

    private static (string Name, string Value)[] SomeHeaders(Odd odd) => [.. Enumerable.Range(0, odd.Once(3) ? odd.Below(4) : 0).Select(_ =>
    {
        (string name, string[] values) = odd.Of(Headers);
        return (name, odd.Once(3) ? Plain(odd.Text()) : odd.Of(values));
    }).DistinctBy(header => header.name)];

    private async Task JudgedAsync(Attempt attempt)
    {
        long before = await there.WrittenAsync();
        (int status, string text) = await there.SendAsync(attempt);
        string what = $"{attempt}: {status} {text}";

        // 501 says that Graph can and this one cannot; 503 would be a database that went away.
        Assert.True(status is < 500 or 501, what);
        there.Count(status);
        string asked = $"{attempt.Path} {Uri.UnescapeDataString(attempt.Path)} {string.Join(' ', attempt.Headers)} {(attempt.Body is null ? "" : Encoding.UTF8.GetString(attempt.Body))}";
        string[] told = [.. Id().Matches(text).Select(match => match.Value.ToLowerInvariant()).Distinct().Where(id => there.Secret.Contains(id) && !asked.Contains(id, StringComparison.OrdinalIgnoreCase))];
        Assert.True(told.Length == 0, $"It tells another tenant of {string.Join(", ", told.Select(id => $"{id} ({string.Join(" ", there.Where.Where(list => list.Value.Contains(id)).Select(list => list.Key))})"))}. {what}");
        Assert.False(text.Contains("contoso", StringComparison.OrdinalIgnoreCase) && !asked.Contains("contoso", StringComparison.OrdinalIgnoreCase), $"It tells of another tenant. {what}");
        Assert.DoesNotContain(there.ClientSecret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Berth.", text, StringComparison.Ordinal);
        if (status >= 400)
        {
            Assert.True(before == await there.WrittenAsync(), $"It was refused and changed something. {what}");
        }
        else if (attempt.Path.Contains("/faults", StringComparison.OrdinalIgnoreCase) || attempt.Path.Contains("$batch", StringComparison.Ordinal))
        {
            await there.SendAsync(new Attempt("DELETE", "/berth/v1/faults", null, null, []));
        }
    }

    // Characters that are none cannot be sent at all.
    private static string Plain(string text) => string.Concat(text.EnumerateRunes());

    private static string Sendable(string header) => string.Concat(header.Where(letter => letter is >= ' ' and < '\u007f'));

    private static IEnumerable<string> Prefixes(Route route) =>
        from pair in ((RouteVersions Version, string Prefix)[])[(RouteVersions.V1, "/v1.0"), (RouteVersions.Beta, "/beta"), (RouteVersions.Berth, "/berth/v1"), (RouteVersions.Scim, "/scim/v2")]
        where route.Versions.HasFlag(pair.Version)
        select pair.Prefix;

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Brace();

    [GeneratedRegex("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(@"HTTP/1\.1 (?<code>\d\d\d) ")]
    private static partial Regex Status();

    /// <summary>One request.</summary>
    internal sealed record Attempt(string Method, string Path, byte[]? Body, string? ContentType, (string Name, string Value)[] Headers)
    {
        public override string ToString() =>
            $"{Method} {Trial.Shown(Path)} {string.Join(" ", Headers.Where(header => header.Name != "Authorization").Select(header => $"{header.Name}: {Trial.Shown(header.Value)}"))} {(Body is null ? "" : $"{ContentType} {Trial.Shown(Encoding.UTF8.GetString(Body))}")}";
    }

    /// <summary>A Berth with the demo company, and an emulator beside it whose application asks for all that is odd.</summary>
    public sealed class TwoTenants : IAsyncLifetime
    {
        private const string Fabrikam = """{"displayName":"Fabrikam","domain":"fabrikam.example","country":"DE","kind":"emulator"}""";

        private BerthProcess? _berth;
        private HttpClient? _http;
        private SqliteConnection? _database;
        private string _tenant = "";
        private Dictionary<string, string[]> _own = [];
        private string[] _their = [];
        private readonly System.Collections.Concurrent.ConcurrentDictionary<int, int> _statuses = [];

        internal static string ClientId { get; private set; } = "";

        internal string Token { get; private set; } = "";

        internal string ClientSecret { get; private set; } = "";

        internal Dictionary<string, string[]> Where { get; private set; } = [];

        internal HashSet<string> Secret { get; private set; } = [];

        internal BerthProcess Berth => _berth!;

        public async ValueTask InitializeAsync()
        {
            _berth = await BerthProcess.StartDemoAsync();

            // Not watched: what is odd proves of no route that a client can use it.
            HttpClientHandler wire = _berth.Handler();
            wire.AllowAutoRedirect = false;
            _http = new HttpClient(wire) { Timeout = TimeSpan.FromSeconds(90) };
            Token = await _berth.TokenAsync();
            JsonElement made = JsonSerializer.Deserialize<JsonElement>((await SendAsync(Post("/berth/v1/tenants", Fabrikam))).Text);
            (_tenant, ClientId, ClientSecret) = (made.Text("tenantId"), made.Text("clientId"), made.Text("clientSecret"));
            Dictionary<string, string[]> all = await ListedAsync();
            using (HttpResponseMessage answer = await _berth.AskForTokenAsync("fabrikam.example", ClientId, ClientSecret))
            {
                using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
                Token = token.RootElement.Text("access_token");
            }

            foreach ((string path, string body) in Corpus.Beginning)
            {
                (int status, string text) = await SendAsync(Post(path, body));
                Assert.True(status < 300, $"{path} {body}: {status} {text}");
            }

            _own = await ListedAsync();
            Secret = [.. all.Where(list => !list.Key.Contains("catalog", StringComparison.OrdinalIgnoreCase)).SelectMany(list => list.Value).Except(_own.Values.SelectMany(ids => ids))];
            Where = all;
            Assert.True(Secret.Count > 500 && _own["/v1.0/users"].Length > 10 && _own["/v1.0/groups"].Length == 5);

            // A few of the other tenant's ids are asked with; what a request brought may come back, so the rest are never said.
            _their = [.. Secret.Order(StringComparer.Ordinal).Where((_, at) => at % 5 == 0)];
            Secret.ExceptWith(_their);
            _database = new SqliteConnection($"Data Source={Path.Combine(_berth.Data, "berth.db")};Pooling=False;Mode=ReadOnly");
            await _database.OpenAsync(Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            if (_database is not null)
            {
                await _database.DisposeAsync();
            }

            _http?.Dispose();
            if (_berth is not null)
            {
                await _berth.DisposeAsync();
            }
        }

        /// <summary>How many entries the application has in its tenant's journal; what falls due by itself is none of them.</summary>
        internal async Task<long> WrittenAsync()
        {
            await using SqliteCommand command = _database!.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM journal WHERE tenant = (SELECT tenant FROM journal WHERE actor LIKE '%{ClientId}%' LIMIT 1) AND actor LIKE '%{ClientId}%'";
            return (long)(await command.ExecuteScalarAsync(Cancel))!;
        }

        /// <summary>Keeps how often a status came.</summary>
        internal void Count(int status)
        {
            _statuses.AddOrUpdate(status, 1, static (_, before) => before + 1);
        }

        /// <summary>The requests that were granted.</summary>
        internal int Granted => _statuses.Where(one => one.Key < 300).Sum(one => one.Value);

        /// <summary>How often each status came.</summary>
        internal string Tally => string.Join(", ", _statuses.OrderBy(one => one.Key).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Value} of {one.Key}")));

        internal string Own(Odd odd, string template)
        {
            string[] ids = _own.Where(list => template.StartsWith(list.Key + "/", StringComparison.Ordinal)).OrderByDescending(list => list.Key.Length).Select(list => list.Value).FirstOrDefault([]);
            return odd.Of(ids.Length > 0 ? ids : odd.Of([.. _own.Values.Where(some => some.Length > 0)]));
        }

        internal string Their(Odd odd) => odd.Of(_their);

        /// <summary>The text with ids where ID stands.</summary>
        internal string WithIds(Odd odd, string text) => string.Join("", text.Split("ID-HERE").SelectMany((part, i) => i == 0 ? (string[])[part] : [odd.Below(6) switch { 0 => Their(odd), 1 => odd.Id().ToString(), 2 => odd.Of(odd.Of([.. _own.Values.Where(ids => ids.Length > 0)])), 3 => odd.Of(_own["/v1.0/groups"]), _ => odd.Of(_own["/v1.0/users"]) }, part]));

        internal async Task<(int Status, string Text)> SendAsync(Attempt attempt)
        {
            using HttpRequestMessage request = new(new HttpMethod(attempt.Method), new Uri($"http://127.0.0.1:{_berth!.Http!.Port}{attempt.Path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = Uri.IsWellFormedUriString(attempt.Path, UriKind.Relative) }));
            request.Content = attempt.Body is null ? null : new ByteArrayContent(attempt.Body);
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", Sendable(attempt.ContentType ?? ""));
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Token}");
            foreach ((string name, string value) in attempt.Headers)
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, Sendable(value));
            }

            try
            {
                using HttpResponseMessage response = await _http!.SendAsync(request, Cancel);
                return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
            }
            catch (HttpRequestException broken) when (attempt.Path.Length + attempt.Headers.Sum(header => header.Value.Length) > 60_000)
            {
                // What is beyond Kestrel's limits is answered and cut off, sometimes before all was sent.
                return (431, broken.Message);
            }
        }

        private static Attempt Post(string path, string body) => new("POST", path, Encoding.UTF8.GetBytes(body), path.EndsWith("/import", StringComparison.Ordinal) ? "application/x-ndjson" : "application/json", []);

        private async Task<Dictionary<string, string[]>> ListedAsync()
        {
            Dictionary<string, string[]> ids = [];
            foreach (Route route in PermissionTable.Routes.Where(route => route.Method == GraphMethod.Get && !route.Template.Contains('{', StringComparison.Ordinal)))
            {
                foreach (string prefix in Prefixes(route))
                {
                    (_, string text) = await SendAsync(new Attempt("GET", prefix + route.Template, null, null, []));
                    ids[prefix + route.Template] = [.. Id().Matches(text).Select(match => match.Value.ToLowerInvariant()).Distinct()];
                }
            }

            return ids;
        }
    }
}

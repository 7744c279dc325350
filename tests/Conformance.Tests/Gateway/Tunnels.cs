using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Gateway;

/// <summary>The gateway of <c>berth exec</c>: whom it lets through, and that what passes is not changed.</summary>
public sealed class Tunnels(HeldGateway gateway) : IClassFixture<HeldGateway>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("CONNECT graph.microsoft.com:443 HTTP/1.1", true)]
    [InlineData("CONNECT GRAPH.microsoft.com:443 HTTP/1.0", true)]
    [InlineData("CONNECT graph.microsoft.com.:443 HTTP/1.1", true)]
    [InlineData("CONNECT login.microsoftonline.com:443 HTTP/1.1", true)]
    [InlineData("CONNECT login.windows.net:443 HTTP/1.1", true)]
    [InlineData("CONNECT login.microsoft.com:443 HTTP/1.1", true)]
    [InlineData("CONNECT sts.windows.net:443 HTTP/1.1", true)]
    [InlineData("CONNECT graph.microsoft.com:80 HTTP/1.1", false)]
    [InlineData("CONNECT graph.microsoft.com HTTP/1.1", false)]
    [InlineData("CONNECT :443 HTTP/1.1", false)]
    [InlineData("CONNECT evil.graph.microsoft.com:443 HTTP/1.1", false)]
    [InlineData("CONNECT graph.microsoft.com.example:443 HTTP/1.1", false)]
    [InlineData("CONNECT 127.0.0.1:22 HTTP/1.1", false)]
    [InlineData("CONNECT graph.microsoft.com:443 HTTP/2", false)]
    [InlineData("CONNECT  graph.microsoft.com:443 HTTP/1.1", false)]
    [InlineData("connect graph.microsoft.com:443 HTTP/1.1", false)]
    [InlineData("GET http://graph.microsoft.com/v1.0/users HTTP/1.1", false)]
    [InlineData("GET http://127.0.0.1/ HTTP/1.1", false)]
    [InlineData("GET /v1.0/users HTTP/1.1", false)]
    [InlineData("nonsense", false)]
    public async Task Only_the_names_of_Graph_and_its_authority_lead_on(string line, bool leads)
    {
        const string Established = "HTTP/1.1 200 Connection established\r\n\r\n";
        string answer = await gateway.SayAsync($"{line}\r\nHost: whatever\r\n\r\n", leads ? Established.Length : int.MaxValue);

        Assert.True(leads ? answer == Established : answer.StartsWith("HTTP/1.1 403 Forbidden\r\n", StringComparison.Ordinal), answer);
    }

    [Theory]
    [InlineData(8191, "HTTP/1.1 200")]
    [InlineData(8192, "HTTP/1.1 200")]
    [InlineData(8193, "HTTP/1.1 403")]
    [InlineData(200_000, "HTTP/1.1 403")]
    public async Task The_head_of_a_CONNECT_has_at_most_8_KiB(int bytes, string answer)
    {
        const string Start = "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nX: ", End = "\r\n\r\n";
        string head = Start + new string('x', bytes - Start.Length - End.Length) + End;

        Assert.StartsWith(answer, await gateway.SayAsync(head, answer.Length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_trust_the_authority_does_not_trust_the_gateway()
    {
        using HttpClient client = new(new SocketsHttpHandler { Proxy = new WebProxy(gateway.Address) });

        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("https://graph.microsoft.com/v1.0/users"), Cancel));

        Assert.IsType<AuthenticationException>(failed.InnerException);
    }

    [Fact]
    public async Task Links_lead_back_to_where_the_program_believes_to_be()
    {
        using HttpClient client = await SignedInAsync();
        using JsonDocument page = JsonDocument.Parse(await client.GetStringAsync(new Uri("https://graph.microsoft.com/v1.0/users?$top=1"), Cancel));
        string configuration = await client.GetStringAsync(new Uri("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"), Cancel);

        Assert.StartsWith("https://graph.microsoft.com/v1.0/users?", page.RootElement.GetProperty("@odata.nextLink").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("https://graph.microsoft.com/v1.0/$metadata", page.RootElement.GetProperty("@odata.context").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"https://login.microsoftonline.com/common/oauth2/v2.0/token\"", configuration, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_challenge_names_the_authority_by_https()
    {
        using HttpClient client = gateway.Client();
        using HttpResponseMessage response = await client.GetAsync(new Uri("https://graph.microsoft.com/v1.0/users"), Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains(
            "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/v2.0/authorize\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com/v1.0/users('admin%40contoso.example')?$select=userPrincipalName", 200)]
    [InlineData("https://graph.microsoft.com/v1.0/users/admin%40contoso.example/licenseDetails", 200)]
    [InlineData("https://graph.microsoft.com/v1.0/users?$filter=displayName%20eq%20'A%2FB'", 200)]
    [InlineData("https://graph.microsoft.com/v1.0/a%2Fb", 400)]
    public async Task A_request_target_stays_as_it_was_written(string address, int status)
    {
        using HttpClient client = await SignedInAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_body_in_chunks_that_asks_first_arrives_whole()
    {
        using HttpClient client = await SignedInAsync();
        const int Lines = 20_000;
        string domain = $"x{Guid.NewGuid():N}.example";
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri("https://graph.microsoft.com/berth/v1/import")) { Content = new Chunks(Lines, domain) };
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);
        using JsonDocument report = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(Lines, report.RootElement.GetProperty("users").GetInt32());
        Assert.Empty(report.RootElement.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task A_body_that_is_refused_is_refused_through_the_gateway_too()
    {
        using HttpClient client = await SignedInAsync();
        foreach (bool asking in (bool[])[true, false])
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri("https://graph.microsoft.com/v1.0/users"))
            {
                Content = new StringContent(new string(' ', 3_000_000), Encoding.UTF8, "application/json"),
            };
            request.Headers.ExpectContinue = asking;
            using HttpResponseMessage response = await client.SendAsync(request, Cancel);

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
    }

    [Fact]
    public async Task Many_connections_pass_at_once()
    {
        using HttpClient client = await SignedInAsync();
        HttpStatusCode[] statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri("https://graph.microsoft.com/v1.0/users?$top=50"), Cancel);
            await response.Content.ReadAsByteArrayAsync(Cancel);
            return response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task An_answer_without_a_body_passes_with_its_headers()
    {
        using HttpClient client = await SignedInAsync();
        string alias = $"u{Guid.NewGuid():N}";
        using StringContent user = new(
            $$$"""{"accountEnabled":true,"displayName":"Ü","mailNickname":"{{{alias}}}","userPrincipalName":"{{{alias}}}@contoso.example","passwordProfile":{"password":"Long-enough-1"}}""",
            Encoding.UTF8,
            "application/json");
        using HttpResponseMessage created = await client.PostAsync(new Uri("https://graph.microsoft.com/v1.0/users"), user, Cancel);
        using HttpResponseMessage deleted = await client.DeleteAsync(new Uri($"https://graph.microsoft.com/v1.0/users/{alias}@contoso.example"), Cancel);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.StartsWith("https://graph.microsoft.com/v1.0/", created.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.True(Guid.TryParse(deleted.Headers.GetValues("request-id").Single(), out _));
    }

    [Fact]
    public void The_files_of_authorities_are_their_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix file modes.");
        UnixFileMode folder = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(gateway.Files);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, folder);
        Assert.DoesNotContain("PRIVATE KEY", string.Concat(Directory.GetFiles(gateway.Files).Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    private async Task<HttpClient> SignedInAsync()
    {
        HttpClient client = gateway.Client();
        using FormUrlEncodedContent form = new(
        [
            KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("client_id", BerthProcess.DemoClient),
            KeyValuePair.Create("client_secret", BerthProcess.DemoSecret), KeyValuePair.Create("scope", BerthProcess.GraphScope),
        ]);
        using HttpResponseMessage response = await client.PostAsync(new Uri($"https://login.microsoftonline.com/{BerthProcess.DemoTenant}/oauth2/v2.0/token"), form, Cancel);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.RootElement.GetProperty("access_token").GetString());
        return client;
    }

    /// <summary>Lines of an import, of no length that is known beforehand.</summary>
    private sealed class Chunks : HttpContent
    {
        private readonly int _lines;
        private readonly string _domain;

        public Chunks(int lines, string domain)
        {
            (_lines, _domain) = (lines, domain);
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int line = 0; line < _lines; line++)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($$$"""{"user":{"displayName":"N {{{line}}}","userPrincipalName":"u{{{line}}}@{{{_domain}}}"}}""" + "\n"));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

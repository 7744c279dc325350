using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Clustering;
using Berth.CommandLine;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.Bulk;
using Berth.CommandLine.Client.Sync;
using Berth.Conformance.Tests.Ledger;
using Berth.Connect;
using Berth.Connect.Copies;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Frontline;
using Berth.Graph;
using Berth.Graph.Changes;
using Berth.Graph.Queries;
using Berth.Graph.Reports;
using Berth.Graph.Requests;
using Berth.Graph.Scim;
using Berth.Graph.Writes;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>Parsers by themselves: whatever comes is read or refused, in bounded time (B760).</summary>
public sealed class ParserInputs : IDisposable
{
    private static readonly string[] RulePieces =
    [
        "user.department", "user.accountEnabled", "user.otherMails", "user.assignedPlans", "user.memberOf", "device.displayName", "-eq", "-ne", "-in", "-notIn", "-match", "-notMatch", "-contains", "-startsWith", "-any", "-all", "-and",
        "-or", "-not", "_", "assignedPlan.servicePlanId", "(", ")", "[", "]", ",", "\"a\"", "null", "true", "system.now", "-plus", "P1D", "Direct Reports for", "\"(a+)+$\"", "\"(x{1,900}){1,900}\"", "\"[a-z-[aeiou]]*\"", "\"((((a*)*)*)*)*b\"",
    ];

    private static readonly string[] PatternPieces =
        ["a", "b", "(", ")", "(?:", "(?=", "(?<n>", "(?i)", "[", "]", "[^", "-", "\\d", "\\w", "\\p{L}", "\\1", "\\b", ".", "*", "+", "?", "*?", "{2}", "{1,99}", "{9999}", "{0,}", "|", "^", "$", "\\", "\\u0041", "\\x", "#", "&&", "-[", "{", "}"];

    private static readonly JsonObject Ada = new() { ["id"] = "7d0c3a52", ["userName"] = "ada@fabrikam.example", ["active"] = true, ["name"] = new JsonObject { ["givenName"] = "Ada" }, ["emails"] = new JsonArray(new JsonObject { ["type"] = "work", ["value"] = "ada@x.example" }) };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("berth-odd-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Odd_membership_rules() => Trial.Each(
        Inputs.For(nameof(Odd_membership_rules)),
        odd => odd.Below(3) switch
        {
            0 => odd.Mutated("user.department -eq \"Sales\" -and (user.accountEnabled -eq true -or user.otherMails -any (_ -contains \"x\"))"),
            1 => $"user.department -match \"{odd.Soup(PatternPieces, 60, "").Replace("\"", "`\"", StringComparison.Ordinal)}\"",
            _ => odd.Soup(RulePieces, 40),
        },
        text =>
        {
            if (MembershipRule.TryParse(text, out MembershipRule? rule, out RuleError? error))
            {
                _ = rule.IsAboutDevices;
            }
            else
            {
                Assert.InRange(error.Position, 1, Math.Min(text.Length, RuleLimits.LongestRule) + 1);
            }
        });

    [Fact]
    public void Odd_cron_expressions() => Trial.Each(
        Inputs.For(nameof(Odd_cron_expressions)),
        odd => odd.Once(3) ? odd.Mutated("0 0 4 ? * MON-FRI") : odd.Soup(["*", "?", "0", "59", "60", "1-5", "*/2", "1,2", "JAN", "MON", "sun", "L", "W", "#", "31", "2", "-", ",", "/"], 8),
        text =>
        {
            bool isOne = CronExpression.TryRead(text, out CronExpression? expression, out string? why);
            Assert.NotEqual(isOne, why is not null);
            _ = expression?.After(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        });

    [Fact]
    public void Odd_naming_templates() => Trial.Each(
        Inputs.For(nameof(Odd_naming_templates)),
        odd => odd.Once(2) ? odd.Mutated("CPC-%USERNAME:5%-%RAND:5%") : odd.Soup(["CPC", "-", "%", "%USERNAME:5%", "%RAND:5%", "%rand:", ":", "0", "99999999999", "RAND"], 8, ""),
        text =>
        {
            bool isOne = NamingTemplate.TryParse(text, out _, out string? error);
            Assert.NotEqual(isOne, error is not null);
            string name = isOne ? NamingTemplate.Expand(text, "ada.lovelace@contoso.example", Guid.Empty) : "CPC-1";
            Assert.InRange(name.Length, 1, NamingTemplate.LongestName);
        });

    [Fact]
    public void Odd_paths_of_Graph() => Trial.Each(
        Inputs.For(nameof(Odd_paths_of_Graph)),
        odd => odd.Once(3) ? odd.Mutated("/users('a%40x')/microsoft.graph.delta(token='x''y',b=2)/$count") : "/" + odd.Soup(["/", "users", "('", "')", "(", ")", "=", ",", "''", "%27", "%2f", "$count", "microsoft.graph.", "a"], 30, ""),
        text =>
        {
            (GraphPath? path, string? problem) = GraphPath.Read(text);
            Assert.NotEqual(path is null, problem is null);
            Assert.True(path is null || path.Segments.Length <= GraphLimits.PathSegments);
        });

    [Fact]
    public void Odd_tokens_of_pages()
    {
        byte[] delta = Base64Url.DecodeFromChars(new DeltaToken
        {
            EndsRound = false, Version = GraphVersion.V1, Tenant = Guid.Empty, Set = "users", Query = new DeltaQuery("displayName", [Guid.Empty]), IssuedAt = 1_800_000_000, Since = 7, Until = 9, Place = new DeltaPlace(8, 0, 0, -1),
        }.Encode());
        Trial.Each(
            Inputs.For(nameof(Odd_tokens_of_pages)),
            odd => odd.Below(3) switch
            {
                0 => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(odd.Json("[7,\"Ada\",null]"))),
                1 => Base64Url.EncodeToString(odd.Mutated("[7,\"Ada\",null]"u8.ToArray())),
                _ => Base64Url.EncodeToString(Summed(odd.Mutated(delta[..^8]))),
            },
            text =>
            {
                if (SkipToken.Decode(text) is { } skip)
                {
                    Assert.True(skip.Position >= 0);
                }

                if (DeltaToken.Decode(text) is { } token)
                {
                    Assert.Equal(text, token.Encode());
                }
            });

        static byte[] Summed(byte[] content) => [.. content, .. SHA256.HashData(content).AsSpan(0, 8)];
    }

    [Fact]
    public void Odd_filters_of_SCIM() => Trial.Each(
        Inputs.For(nameof(Odd_filters_of_SCIM)),
        odd => odd.Once(3) ? odd.Mutated("emails[type eq \"work\" and not (value co \"x\")].value") : odd.Soup(["userName", "emails", "value", ".", "[", "]", "(", ")", "eq", "ne", "pr", "and", "or", "not", "\"", "\"ada\"", "\\", "\\ud800", "true", "1e999", "urn:", ":", "$ref"], 40),
        text =>
        {
            (ScimFilter? filter, string? problem) = ScimFilterParser.Read(text);
            Assert.NotEqual(filter is null, problem is null);
            _ = filter is not null && ScimMatch.Meets(filter, Ada);
            (ScimPath? path, string? wrong) = ScimFilterParser.ReadPath(text);
            Assert.NotEqual(path is null, wrong is null);
        });

    [Fact]
    public void Odd_operations_of_SCIM() => Trial.Each(
        Inputs.For(nameof(Odd_operations_of_SCIM)),
        odd => odd.Json("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x"},{"op":"add","value":{"name.givenName":"Ada","active":"False"}},{"op":"remove","path":"members[value eq \"7d0c3a52\"]"}]}"""),
        text =>
        {
            using JsonDocument? body = new BodyReader("Patch").Parse(Encoding.UTF8.GetBytes(text));
            if (body is not null)
            {
                (IReadOnlyList<ScimOperation> operations, GraphError? error) = ScimPatch.Read(body.RootElement);
                error ??= ScimPatch.Apply((JsonObject)Ada.DeepClone(), operations);
                Assert.True(error is null or { Status: 400 });
            }
        });

    [Fact]
    public void Odd_product_tables() => Trial.Each(
        Inputs.For(nameof(Odd_product_tables)),
        odd => odd.Mutated("Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\r\n\"Power, BI\",POWER_BI_PRO,f8a1db68-be16-40ed-86d5-cb42ce701560,BI_AZURE_P2,70d33638-9c74-4d01-bfd3-562de28bd4ba,x\r\n"),
        text => Assert.True(CatalogCsv.Read(text) is CatalogCsv.Readable or CatalogCsv.Unreadable { Line: >= 0, Problem.Length: > 0 }));

    [Fact]
    public void Odd_filters_of_reports()
    {
        IReadOnlyList<ReportColumn> columns = FrontlineReports.ColumnsOf(default);
        string name = columns[0].Name;
        Trial.Each(
            Inputs.For(nameof(Odd_filters_of_reports)),
            odd => odd.Once(3) ? odd.Mutated($"({name} eq 'x' or {name} gt datetime'2026-11-27') and {name} le 7") : odd.Soup([.. columns.Select(column => column.Name), "eq", "lt", "ge", "and", "or", "(", ")", "'x'", "'", "datetime'2026-11-27'", "7", "1.5", "true"], 40),
            text =>
            {
                (Func<object?[], bool>? takes, string? problem) = ReportFilter.Read(text, columns);
                Assert.NotEqual(takes is null, problem is null);
                _ = takes?.Invoke(new object?[columns.Count]);
            });
    }

    [Fact]
    public void Odd_tokens_at_the_edge() => Trial.Each(
        Inputs.For(nameof(Odd_tokens_at_the_edge)),
        odd => odd.Once(3) ? odd.Mutated("eyJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiI2YjFmN2E1MiJ9.c2ln") : $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(odd.Json("""{"aud":"x","tid":"6b1f7a52","roles":["a"]}""")))}.e30",
        text =>
        {
            Assert.True(RequestTenant.TenantOf(text) is null or { Length: <= EdgeLimits.Token });
            _ = AuthorizationCodes.TenantOf(text);
        });

    [Fact]
    public void Odd_lists_of_users() => Trial.Each(
        Inputs.For(nameof(Odd_lists_of_users)),
        odd => odd.Mutated(Encoding.UTF8.GetBytes("sep=;\nuserPrincipalName;\"display;Name\"\n\"ada@x.example\";Ada\r\nbob@x.example;\"Bob \"\"B\"\"\"\n")),
        bytes =>
        {
            FileInfo file = Put("list.csv", bytes);
            Assert.True(UserList.Read(file) is ListReading.Readable { List.Rows.Count: > 0 } or ListReading.Unreadable { Problem.Length: > 0 });
        });

    [Fact]
    public void Odd_tables_of_people() => Trial.Each(
        Inputs.For(nameof(Odd_tables_of_people)),
        odd => (odd.Mutated("key,userPrincipalName,displayName,accountEnabled\n1,ada@x.example,Ada,true\n2,bob@x.example,Bob,no\n"u8.ToArray()), odd.Mutated("group,user\nSales,1\nSales,bob@x.example\n"u8.ToArray())),
        both => Refused<SourceFailedException>(() => CsvSource.Read(Put("people.csv", both.Item1), Put("members.csv", both.Item2))));

    [Fact]
    public void Odd_licenses_as_code() => Trial.Each(
        Inputs.For(nameof(Odd_licenses_as_code)),
        odd => odd.Mutated("licenses: 1\ngroups:\n- group: Sales\n  licenses:\n  - sku: POWER_BI_PRO\n    without: [BI_AZURE_P2]\n  members: [ada@x.example]\nusers:\n- {user: bob@x.example, licenses: []}\nskus:\n- sku: SPE_E5\n  units: 7\n"u8.ToArray()),
        bytes =>
        {
            (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(bytes);
            Assert.NotEqual(file is null, problems.Count == 0);
        });

    [Fact]
    public void Odd_settings_of_the_server() => Trial.Each(
        Inputs.For(nameof(Odd_settings_of_the_server)),
        odd => odd.Once(3) ? odd.Mutated("""{"urls":"http://127.0.0.1:0","notifyHost":["a.example"],/*x*/"logFormat":"json",}"""u8.ToArray()) : Encoding.UTF8.GetBytes(odd.Json("""{"urls":"http://127.0.0.1:0","notifyHost":["a.example"],"logFormat":"json"}""")),
        bytes =>
        {
            (string[] args, _, string? error) = ServeSettings.Complete(["serve", "--config", Put("serve.json", bytes).FullName], static _ => null);
            Assert.True(error is null ? args.Length >= 3 : error.Length > 0);
        });

    [Fact]
    public void Odd_settings_of_LDAP() => Trial.Each(
        Inputs.For(nameof(Odd_settings_of_LDAP)),
        odd => Encoding.UTF8.GetBytes(odd.Json("""{"name":"corp","kind":"ad","server":"ldaps://ldap.example","bindDn":"cn=x","pageSize":100,"users":{"base":"dc=x","filter":"(a=b)","attributes":{"displayName":"cn"}},"groups":{"base":"dc=x","nested":"flatten"}}""")),
        bytes => Refused<SourceFailedException>(() => LdapSettings.Read(Put("ldap.json", bytes))));

    [Fact]
    public void Odd_words_of_the_command_line() => Trial.Each(
        Inputs.For(nameof(Odd_words_of_the_command_line)),
        odd => odd.Once(2) ? odd.Mutated("http://127.0.0.1:5365;http://[::1]:80") : odd.Text(),
        text =>
        {
            (IReadOnlyList<ListenAddress> addresses, string? error) = ListenAddress.ParseAll(text, "http", "--urls");
            Assert.True(error is null ? addresses.Count >= 0 : error.Length > 0);
            Assert.True(SyncSchedule.Read(text) is not { } pause || (pause >= SyncLimits.ShortestPause && pause <= SyncLimits.LongestPause));
            _ = LdapEntry.Canonical(text);
        });

    [Fact]
    public async Task Odd_exports_of_databases()
    {
        using SqlitePlace place = new();
        IJournalStore kept = place.Open();
        await using (LedgerDoor door = LedgerDoor.Open(kept, new HandClock()))
        {
            TenantDesk desk = await Company.FoundAsync(door);
            await desk.DoAsync(Company.Buy(Company.E5, 3));
            await desk.DoAsync(Company.User(1));
            await desk.DoAsync(Company.Assign(1, Company.E5));
        }

        using MemoryStream whole = new();
        using (IJournalStore store = place.Open())
        {
            await LedgerExport.WriteAsync(store, whole, Company.Id, null, JointIdentity.Values, TestContext.Current.CancellationToken);
        }

        byte[] good = whole.ToArray();
        (TransferFile.Kind Kind, byte[] Content)[] records = [.. TransferFile.Read(new MemoryStream(good), "export")];
        Trial.Each(
            Inputs.For(nameof(Odd_exports_of_databases)),
            odd => odd.Once(2) ? odd.Mutated(good) : WithGoodSum(odd),
            bytes => Refused<LedgerRefusedException>(() => LedgerImport.Read(Put("odd.export", bytes).FullName, CancellationToken.None)));

        // Somebody who means harm adds the sum up anew.
        byte[] WithGoodSum(Odd odd)
        {
            using MemoryStream file = new();
            using TransferFile.Writer writer = new(file, CancellationToken.None);
            int other = odd.Below(records.Length);
            Done(writer.BeginAsync(odd.Once(2)));
            foreach ((TransferFile.Kind kind, byte[] content) in records.Skip(1).Select((record, at) => at + 1 == other ? (odd.Once(8) ? (TransferFile.Kind)odd.Below(9) : record.Kind, odd.Mutated(record.Content)) : record))
            {
                Done(writer.PutAsync(kind, to => to.Write(content)));
            }

            Done(writer.EndAsync());
            return file.ToArray();
        }

        // Memory makes nobody wait.
        static void Done(ValueTask written) => Assert.True(written.IsCompletedSuccessfully);
    }

    [Fact]
    public void Odd_copies_of_tenants()
    {
        GraphUser ada = new() { Id = Guid.NewGuid(), UserPrincipalName = "ada@x.example", DisplayName = "Ada" };
        CopyFile.Write(_folder.FullName, new TenantCopy(new CopyHead(CopyHead.Format, new GraphOrganization(Guid.NewGuid(), "X", "DE", null, null), DateTimeOffset.UnixEpoch, "u", "g", []))
        {
            Users = new OrderedDictionary<Guid, GraphUser> { { ada.Id, ada } }, Groups = [], Members = [], Skus = [], Subscriptions = [], Policies = [], CloudPcs = [],
        });
        string path = Directory.GetFiles(_folder.FullName).Single();
        byte[] good = File.ReadAllBytes(path);
        Trial.Each(
            Inputs.For(nameof(Odd_copies_of_tenants)),
            odd => odd.Once(2) ? odd.Mutated(good) : Encoding.UTF8.GetBytes(string.Join('\n', Encoding.UTF8.GetString(good).Split('\n').Select(line => line.Length > 0 && odd.Once(3) ? odd.Json(line) : line))),
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                Refused<ConnectFailedException>(() => CopyFile.Read(_folder.FullName));
                _ = CopyFile.ReadHead(_folder.FullName);
            });
    }

    private static void Refused<TRefusal>(Func<object?> read)
        where TRefusal : Exception
    {
        try
        {
            _ = read();
        }
        catch (Exception refusal) when (refusal is TRefusal or JournalDamagedException)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    private FileInfo Put(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return new FileInfo(path);
    }
}

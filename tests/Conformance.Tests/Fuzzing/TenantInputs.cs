using Berth.Conformance.Tests.BadInput;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Connect;
using Berth.Connect;
using Berth.Connect.Checking;
using Berth.Connect.Copies;
using Berth.Connect.Profiles;
using Berth.Connect.Pulling;
using Berth.Connect.Wire;
using Berth.Connect.Writing;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>What a tenant elsewhere answers when it is copied and written to: it is taken or refused, in bounded time (B760).</summary>
public sealed class TenantInputs : IDisposable
{
    private const string Ada = "11111111-1111-4111-8111-111111111111", Sales = "22222222-2222-4222-8222-222222222222", Sku = "c7df2760-2c81-4ef7-b578-5b5392b571df", Plan = "70d33638-9c74-4d01-bfd3-562de28bd4ba";
    private const string Policy = "33333333-3333-4333-8333-333333333333", Machine = "44444444-4444-4444-8444-444444444444", Organization = "55555555-5555-4555-8555-555555555555", Size = "545e3611-3af8-49a5-9a0a-b7867968f4b0";

    // By the beginning of the path, the longest first where one begins with another.
    private static readonly (string Path, string Answer)[] _tenant =
    [
        ("/v1.0/organization", $$"""{"value":[{"id":"{{Organization}}","displayName":"Fabrikam","countryLetterCode":"DE","createdDateTime":"2020-01-01T00:00:00Z","verifiedDomains":[{"name":"fabrikam.example","isDefault":true}]}]}"""),
        ("/v1.0/users/delta", $$"""{"value":[{"id":"{{Ada}}"}],"@odata.deltaLink":"AT/v1.0/users/delta?$deltatoken=a"}"""),
        ($"/v1.0/users/{Ada}", User),
        ("/v1.0/users", $$"""{"value":[{{User}}],"@odata.nextLink":null}"""),
        ("/v1.0/groups/delta", $$"""{"value":[{"id":"{{Sales}}","members@delta":[{"@odata.type":"#microsoft.graph.user","id":"{{Ada}}"},{"@odata.type":"#microsoft.graph.group","id":"{{Policy}}","@removed":{"reason":"deleted"} }]}],"@odata.deltaLink":"AT/v1.0/groups/delta?$deltatoken=a"}"""),
        ($"/v1.0/groups/{Sales}/membersWithLicenseErrors", $$"""{"value":[{"id":"{{Ada}}","userPrincipalName":"ada@fabrikam.example"}]}"""),
        ($"/v1.0/groups/{Sales}/members", $$"""{"value":[{"id":"{{Ada}}"}]}"""),
        ($"/v1.0/groups/{Sales}", Group),
        ("/v1.0/groups", $$"""{"value":[{{Group}}]}"""),
        ("/v1.0/subscribedSkus", $$"""{"value":[{"skuId":"{{Sku}}","skuPartNumber":"ENTERPRISEPREMIUM","capabilityStatus":"Enabled","appliesTo":"User","consumedUnits":1,"prepaidUnits":{"enabled":5,"warning":0,"suspended":0,"lockedOut":0},"servicePlans":[{"servicePlanId":"{{Plan}}","servicePlanName":"BI_AZURE_P2","appliesTo":"User"}]}]}"""),
        ("/v1.0/directory/subscriptions", $$"""{"value":[{"id":"{{Organization}}","skuId":"{{Sku}}","totalLicenses":5,"status":"Enabled","isTrial":false,"createdDateTime":"2020-01-01T00:00:00Z","ownerType":"User","ownerId":"{{Ada}}"}]}"""),
        ($"/beta/deviceManagement/virtualEndpoint/provisioningPolicies", $$"""{"value":[{"id":"{{Policy}}","displayName":"P","provisioningType":"dedicated","imageType":"gallery","imageId":"i","domainJoinConfigurations":[{"domainJoinType":"azureADJoin","regionName":"automatic","regionGroup":"usWest"}],"createdDateTime":"2020-01-01T00:00:00Z","assignments":[{"id":"a","target":{"groupId":"{{Sales}}","servicePlanId":"{{Size}}","allotmentLicensesCount":3} }]}]}"""),
        ("/beta/deviceManagement/virtualEndpoint/cloudPCs", $$"""{"value":[{"id":"{{Machine}}","displayName":"D","userPrincipalName":"ada@fabrikam.example","servicePlanId":"{{Size}}","status":"provisioned","provisioningPolicyId":"{{Policy}}","provisioningType":"dedicated","managedDeviceName":"CPC-1","provisionedDateTime":"2021-01-01T00:00:00Z","lastModifiedDateTime":"2021-01-01T00:00:00Z","lastLoginResult":{"time":"2022-01-01T00:00:00Z"} }]}"""),
        ("/beta/deviceManagement/virtualEndpoint/snapshots", $$"""{"value":[{"id":"{{Plan}}","cloudPcId":"{{Machine}}","createdDateTime":"2021-02-01T00:00:00Z","status":"ready"}]}"""),
    ];

    private const string User = $$"""{"id":"{{Ada}}","userPrincipalName":"ada@fabrikam.example","displayName":"Ada","accountEnabled":true,"usageLocation":"DE","createdDateTime":"2020-01-01T00:00:00Z","employeeHireDate":"2020-01-01T00:00:00Z","userType":"Member","businessPhones":["1"],"otherMails":["a@x.example"],"proxyAddresses":["SMTP:a@x.example"],"onPremisesExtensionAttributes":{"extensionAttribute1":"x"},"assignedLicenses":[{"skuId":"{{Sku}}","disabledPlans":["{{Plan}}"]}],"licenseAssignmentStates":[{"skuId":"{{Sku}}","assignedByGroup":null,"state":"Active","error":"None","disabledPlans":["{{Plan}}"],"lastUpdatedDateTime":"2021-01-01T00:00:00Z"},{"skuId":"{{Sku}}","assignedByGroup":"{{Sales}}","state":"Error","error":"CountViolation","disabledPlans":[],"lastUpdatedDateTime":"2021-01-01T00:00:00Z"}]}""";

    private const string Group = $$"""{"id":"{{Sales}}","displayName":"Sales","mailNickname":"sales","mailEnabled":false,"securityEnabled":true,"groupTypes":["DynamicMembership"],"createdDateTime":"2020-01-01T00:00:00Z","membershipRule":"user.department -eq \"Sales\"","membershipRuleProcessingState":"On","assignedLicenses":[{"skuId":"{{Sku}}","disabledPlans":[]}],"licenseProcessingState":{"state":"ProcessingComplete"} }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("berth-odd-tenant-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Odd_answers_of_tenants_that_are_copied()
    {
        Play play = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(play.Answer);
        play.At = Root(server);
        TenantCopy whole = (await PullAsync(server, null)).Copy;
        Assert.Equal((1, 1, 1, 1), (whole.Users.Count, whole.Groups.Count, whole.Members.Count, whole.CloudPcs.Count));
        Assert.Equal(1, CopiedTenant.Of(whole).Users.Count);
        await Trial.EachAsync(
            Inputs.For(nameof(Odd_answers_of_tenants_that_are_copied)),
            odd => (Oddity: Oddity.Of(odd), IsFirst: odd.Once(2)),
            async input =>
            {
                play.Oddity = input.Oddity;
                try
                {
                    TenantCopy copy = (await PullAsync(server, input.IsFirst ? null : whole)).Copy;
                    CopyFile.Write(_folder, copy);
                    TenantCopy read = CopyFile.Read(_folder)!;
                    _ = CopyCheck.Of(read, CopiedTenant.Of(read)).Count();
                }
                catch (Exception refusal) when (refusal is ConnectFailedException or PullRefusedException)
                {
                    Assert.NotEmpty(refusal.Message);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(play.Said, e);
                }
            });
    }

    [Fact]
    public async Task Odd_answers_of_tenants_that_are_written_to()
    {
        Play play = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(play.Answer);
        play.At = Root(server);
        Wish[] wishes =
        [
            new Wish.UserLicense(Guid.Parse(Ada), [new WantedLicense(Guid.Parse(Sku), [Guid.Parse(Plan)])], []), new Wish.GroupLicense(Guid.Parse(Sales), [new WantedLicense(Guid.Parse(Sku), [])], []),
            new Wish.Member(Guid.Parse(Sales), Guid.Parse(Ada), []), new Wish.Member(Guid.Parse(Sales), Guid.Parse(Ada), [Guid.Parse(Sku)]), new Wish.Policy(Guid.Parse(Policy), []), new Wish.CloudPcAction(Guid.Parse(Machine), "resize", Guid.Parse(Size)),
            new Wish.Properties(Guid.Parse(Ada), System.Text.Json.JsonDocument.Parse("""{"department":"Sales"}""").RootElement), new Wish.NoUser(Guid.Parse(Ada)),
        ];
        PlannedCall[] calls = [.. wishes.Select((wish, number) => new PlannedCall(number, wish is Wish.Policy ? CallStage.Policies : CallStage.UserLicenses, [wish], number == 1 ? [new Gain(Guid.Parse(Ada), Guid.Parse(Sales), Guid.Parse(Sku))] : []))];
        int run = 0;
        await Trial.EachAsync(
            Inputs.For(nameof(Odd_answers_of_tenants_that_are_written_to)),
            Oddity.Of,
            async oddity =>
            {
                play.Oddity = oddity;
                string id = $"20261127-120000-{run++:x6}";
                HastyClock clock = new();
                using GraphPort port = Port(server, clock);
                try
                {
                    TenantFacts facts = await TenantFacts.ReadAsync(port, Cancel);
                    using RunFolder folder = RunFolder.Create(_folder, new RunHead(1, id, facts.Id, facts.DisplayName, facts.Domain, server.Address, clock.GetUtcNow(), calls.Length, calls.Length), calls);
                    RunResult result = await new ApplyRun(port, folder, new Pace(1_000, clock), TimeSpan.FromSeconds(2), clock, static _ => { }).RunAsync(Cancel);
                    Assert.Equal(calls.Length, result.Rows.Count);
                }
                catch (ConnectFailedException refusal)
                {
                    Assert.NotEmpty(refusal.Message);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(play.Said, e);
                }
            });
    }

    private static string Root(ScriptedServer server) => server.Address.GetLeftPart(UriPartial.Authority);

    private static GraphPort Port(ScriptedServer server, TimeProvider clock) =>
        new(new TenantProfile("odd", "fabrikam.example", Ada, CredentialKind.ClientSecret, new Uri(Root(server)), new Uri(Root(server))), new Afar.GivenToken("x"), clock);

    private static async Task<Pulled> PullAsync(ScriptedServer server, TenantCopy? former)
    {
        using GraphPort port = Port(server, new HastyClock());
        return await Pull.RunAsync(port, former, DateTimeOffset.UnixEpoch, static _ => { }, Cancel);
    }

    /// <summary>What is odd about the answers of one tenant.</summary>
    /// <param name="Paths">Of which paths the answer is odd, by their places; a batch is 99.</param>
    /// <param name="Make">Makes the odd one of the good one.</param>
    /// <param name="Status">The status.</param>
    /// <param name="RetryAfter">How long to wait, or nothing.</param>
    private sealed record Oddity(int[] Paths, Func<string, string> Make, int Status, string? RetryAfter)
    {
        public static Oddity Of(Odd odd)
        {
            int[] paths = [.. Enumerable.Range(0, 1 + odd.Below(2)).Select(_ => odd.Once(8) ? 99 : odd.Below(_tenant.Length))];
            return new Oddity(
                paths,
                good => odd.Once(6) ? odd.Mutated(good) : odd.Json(good),
                odd.Once(8) ? odd.Of([200, 201, 204, 301, 400, 403, 404, 410, 429, 500, 503, 504]) : 200,
                odd.Once(4) ? odd.Of(["0", "1", "-1", "99999999999", "Fri, 27 Nov 2026 12:00:00 GMT", "x"]) : null);
        }

        public override string ToString() => $"{string.Join(' ', Paths)} {Status} {RetryAfter}";
    }

    /// <summary>The tenant, with something odd about it.</summary>
    private sealed class Play
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _said = new();
        private readonly Lock _lock = new();
        private Oddity? _oddity;

        public string At { get; set; } = "";

        public Oddity? Oddity
        {
            set
            {
                _said.Clear();
                _oddity = value;
            }
        }

        public string Said => string.Join('\n', _said.Select(said => said.Length <= 4000 ? said : said[..4000]));

        public Scripted? Answer(Asked asked)
        {
            Scripted answer = asked.Target.StartsWith("/v1.0/$batch", StringComparison.Ordinal) || asked.Target.StartsWith("/beta/$batch", StringComparison.Ordinal) ? Batch(asked) : One(asked.Method, asked.Target);
            return answer;
        }

        private Scripted Batch(Asked asked)
        {
            string version = asked.Target.Split('/')[1];
            using System.Text.Json.JsonDocument body = System.Text.Json.JsonDocument.Parse(asked.Body);
            string items = string.Join(',', body.RootElement.GetProperty("requests").EnumerateArray().Select(item =>
            {
                Scripted one = One(item.GetProperty("method").GetString()!, $"/{version}{item.GetProperty("url").GetString()}");
                string retry = one.RetryAfter is null ? "" : $",\"headers\":{{\"Retry-After\":{Odd.Quoted(one.RetryAfter)}}}";
                return $"{{\"id\":\"{item.GetProperty("id").GetString()}\",\"status\":{one.Status}{retry}{(one.Body.Length == 0 ? "" : $",\"body\":{one.Body}")}}}";
            }));
            return Made(99, $"{{\"responses\":[{items}]}}", 200);
        }

        private Scripted One(string method, string target)
        {
            if (method != "GET")
            {
                return Made(98, "", 204);
            }

            int at = Array.FindIndex(_tenant, one => target.StartsWith(one.Path, StringComparison.Ordinal));
            return at < 0 ? new Scripted(404, """{"error":{"code":"Request_ResourceNotFound","message":"No."}}""") : Made(at, _tenant[at].Answer.Replace("AT", At, StringComparison.Ordinal), 200);
        }

        private Scripted Made(int place, string good, int status)
        {
            Scripted made = new(status, good);
            lock (_lock)
            {
                if (_oddity is { } oddity && oddity.Paths.Contains(place))
                {
                    made = new Scripted(oddity.Status, oddity.Status == 204 ? "" : oddity.Make(good), oddity.RetryAfter);
                    _said.Enqueue($"{(place < _tenant.Length ? _tenant[place].Path : "$batch")}: {made.Status} {made.Body}");
                }
            }

            return made;
        }
    }
}

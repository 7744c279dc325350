using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Conformance.Tests.CloudLicensing;

/// <summary>The pool model says of random tenants what the other reads say: L172, L174, L175, B580 to B585.</summary>
public sealed class RandomPools
{
    private const int Tenants = 24;
    private const int Steps = 40;

    private static readonly Guid[] _skus = [.. ((string[])["STANDARDPACK", "ENTERPRISEPACK", "SPE_E5", "MCOPSTN1", "WORKPLACE_ANALYTICS", "THREAT_INTELLIGENCE", "CPC_E_2C_8GB_128GB", "Windows_365_S_2vCPU_8GB_128GB"])
        .Select(part => SkuCatalog.BuiltIn.FindByPartNumber(part).First().Id)];

    private static readonly string[] _errors = ["ProhibitedInUsageLocationViolation", "MutuallyExclusiveViolation", "MissingDependency", "CountViolation", "Other"];

    private readonly HashSet<string> _occurred = [];

    [Fact]
    public void The_pool_model_equals_the_other_reads_of_random_tenants()
    {
        for (int seed = 0; seed < Tenants; seed++)
        {
            Random random = new(seed);
            Company company = Company.Empty();
            company.Do(new Command.UpdateSettings(company.Tenant.Settings with { GroupAtomicity = seed % 2 == 0 ? GroupAtomicity.Independent : GroupAtomicity.Atomic }));
            List<Guid> users = [], bought = [];
            foreach (Guid sku in _skus[..^1])
            {
                bought.Add(Guid.NewGuid());
                company.Do(new Command.CreateSubscription(bought[^1], sku, random.Next(1, 5), SubscriptionStatus.Enabled, false));
            }

            for (int i = 0; i < 5; i++)
            {
                Add(company, users, random.Next(10));
            }

            Guid[] groups = [company.AddGroup("blue"), company.AddGroup("gold"), company.AddGroup("teal")];
            for (int step = 0; step < Steps; step++)
            {
                Step(company, users, groups, bought, random);
            }

            Compare(company);
        }

        Assert.Empty(_errors.Except(_occurred));
        Assert.Contains("waits through two groups", _occurred);
        Assert.Contains("has it all the same", _occurred);
        Assert.Contains("has plans off", _occurred);
    }

    private static void Add(Company company, List<Guid> users, int luck) =>
        users.Add(company.AddUser($"user{company.Tenant.Version}", user => user with { UsageLocation = luck > 8 ? null : luck > 5 ? "BR" : "US" }));

    private static void Step(Company company, List<Guid> users, Guid[] groups, List<Guid> bought, Random random)
    {
        Guid user = users[random.Next(users.Count)], group = groups[random.Next(groups.Length)], sku = _skus[random.Next(_skus.Length)];
        ValueArray<LicenseRequest> add = [new LicenseRequest(sku, [.. random.Next(4) == 0 ? PlansOf(sku).Take(1) : []])];
        switch (random.Next(20))
        {
            case < 4:
                company.Try(new Command.AssignUserLicenses(user, add, []));
                break;
            case 4:
                company.Try(new Command.AssignUserLicenses(user, [], [sku]));
                break;
            case < 9:
                company.Try(new Command.AssignGroupLicenses(group, add, []));
                break;
            case 9:
                company.Try(new Command.AssignGroupLicenses(group, [], [sku]));
                break;
            case < 16:
                company.Try(new Command.AddMembers(group, [user]));
                break;
            case 16:
                company.Try(new Command.RemoveMember(group, user));
                break;
            case 17:
                bought.Add(Guid.NewGuid());
                company.Try(new Command.CreateSubscription(bought[^1], sku, random.Next(3), (SubscriptionStatus)random.Next(5), random.Next(2) == 0));
                break;
            case 18:
                company.Try(new Command.UpdateSubscription(bought[random.Next(bought.Count)], random.Next(4), (SubscriptionStatus)random.Next(4)));
                break;
            default:
                Add(company, users, random.Next(10));
                company.Try(new Command.DeleteUser(user));
                users.Remove(user);
                break;
        }
    }

    private static IEnumerable<Guid> PlansOf(Guid sku) =>
        SkuCatalog.BuiltIn.TryGetSku(sku, out Sku? found) ? found.Plans.Select(plan => SkuCatalog.BuiltIn.Plans[plan]).Where(plan => plan.AppliesTo == LicenseTarget.User).Select(plan => plan.Id) : [];

    private void Compare(Company company)
    {
        JsonElement[] users = Values(company, "/v1.0/users?$select=id,licenseAssignmentStates,assignedLicenses");
        JsonElement[] groups = Values(company, "/v1.0/groups?$select=id,assignedLicenses");
        JsonElement[] allotments = Values(company, "/beta/admin/cloudLicensing/allotments");
        Allotments(company, allotments);
        Rights(company, users, groups, allotments);
        Assigned(company, users, groups, allotments);
        Waiting(company, users, allotments);
        Errors(company, users);
    }

    private static void Allotments(Company company, JsonElement[] allotments)
    {
        Dictionary<string, JsonElement> purchases = Values(company, "/v1.0/directory/subscriptions").ToDictionary(one => Text(one, "id"));
        JsonElement[] skus = Values(company, "/v1.0/subscribedSkus");
        Assert.Equal(skus.Select(sku => Text(sku, "skuId")), allotments.Select(one => Text(one, "skuId")));
        foreach ((JsonElement sku, JsonElement allotment) in skus.Zip(allotments))
        {
            JsonElement units = sku.GetProperty("prepaidUnits");
            Assert.Equal(units.GetProperty("enabled").GetInt32() + units.GetProperty("warning").GetInt32(), allotment.GetProperty("allottedUnits").GetInt32());
            Assert.Equal(sku.GetProperty("consumedUnits").GetInt32(), allotment.GetProperty("consumedUnits").GetInt32());
            Assert.Equal(Text(sku, "skuPartNumber"), Text(allotment, "skuPartNumber"));
            Assert.Equal(Text(sku, "appliesTo") == "User" ? "user,group" : "none", Text(allotment, "assignableTo"));
            Assert.Equal(
                sku.GetProperty("servicePlans").EnumerateArray().Select(plan => $"{Text(plan, "servicePlanId")} {Text(plan, "servicePlanName")} {Text(plan, "appliesTo")}"),
                allotment.GetProperty("services").EnumerateArray()
                    .Select(plan => $"{Text(plan, "planId")} {Text(plan, "planName")} {(Text(plan, "assignableTo") == "user,group" ? "User" : "Company")}"));
            Assert.Equal(
                sku.GetProperty("subscriptionIds").EnumerateArray().Select(id => id.GetString()!).Select(id => (id, purchases[id])).Select(one =>
                    $"{one.id} {Text(one.Item2, "status").Replace("Enabled", "Active", StringComparison.Ordinal)} {one.Item2.GetProperty("isTrial").GetBoolean()} {Text(one.Item2, "createdDateTime")[..10]}"),
                allotment.GetProperty("subscriptions").EnumerateArray().Select(one =>
                    $"{Text(one, "subscriptionId")} {char.ToUpperInvariant(Text(one, "state")[0])}{Text(one, "state")[1..]} {Text(one, "tags") == "trial"} {Text(one, "startDate")}"));
            Assert.Equal(Text(allotment, "id"), Text(company.Get($"/beta/admin/cloudLicensing/allotments/{Text(allotment, "id")}"), "id"));
        }
    }

    private void Rights(Company company, JsonElement[] users, JsonElement[] groups, JsonElement[] allotments)
    {
        List<string> all = [];
        HashSet<string> ids = [];
        foreach (JsonElement user in users)
        {
            JsonElement[] details = Values(company, $"/v1.0/users/{Text(user, "id")}/licenseDetails");
            JsonElement[] rights = Values(company, $"/beta/users/{Text(user, "id")}/cloudLicensing/usageRights");
            Assert.Equal(
                details.Select(one => $"{Text(one, "skuId")} {Text(one, "skuPartNumber")} " + string.Join(' ', one.GetProperty("servicePlans").EnumerateArray()
                    .Where(plan => Text(plan, "provisioningStatus") != "Disabled").Select(plan => Text(plan, "servicePlanId")))),
                rights.Select(one => $"{Text(one, "skuId")} {Text(one, "skuPartNumber")} " + string.Join(' ', one.GetProperty("services").EnumerateArray().Select(plan => Text(plan, "planId")))));
            Assert.All(rights, one => Assert.Equal(one.GetRawText(), Bare(company.Get($"/beta/users/{Text(user, "id")}/cloudLicensing/usageRights/{Text(one, "id")}"))));
            Assert.All(rights, one => Assert.True(ids.Add(Text(one, "id"))));
            all.AddRange(rights.Select(one => Text(one, "skuId")));
        }

        // Each unique user consumes one license of each allotment.
        Assert.All(allotments, one => Assert.Equal(all.Count(sku => sku == Text(one, "skuId")), one.GetProperty("consumedUnits").GetInt32()));
        foreach (JsonElement group in groups)
        {
            JsonElement[] rights = Values(company, $"/beta/groups/{Text(group, "id")}/cloudLicensing/usageRights");
            Assert.Equal(
                group.GetProperty("assignedLicenses").EnumerateArray().Select(one => $"{Text(one, "skuId")} {PlanCount(one) - one.GetProperty("disabledPlans").GetArrayLength()}"),
                rights.Select(one => $"{Text(one, "skuId")} {one.GetProperty("services").GetArrayLength()}"));
            Assert.All(rights, one => Assert.True(ids.Add(Text(one, "id"))));
            _ = rights.Length > 0 && group.GetProperty("assignedLicenses").EnumerateArray().Any(one => one.GetProperty("disabledPlans").GetArrayLength() > 0) && _occurred.Add("has plans off");
        }
    }

    private static void Assigned(Company company, JsonElement[] users, JsonElement[] groups, JsonElement[] allotments)
    {
        const string Expanded = "$expand=allotment($select=skuId),assignedTo";
        string[] expected =
        [
            .. users.SelectMany(user => user.GetProperty("licenseAssignmentStates").EnumerateArray().Where(state => state.GetProperty("assignedByGroup").ValueKind == JsonValueKind.Null)
                .Select(state => Line(user, state))),
            .. groups.SelectMany(group => group.GetProperty("assignedLicenses").EnumerateArray().Select(license => Line(group, license))),
        ];
        JsonElement[] all = Values(company, $"/beta/admin/cloudLicensing/assignments?{Expanded}");
        Assert.Equal(expected, all.Select(Shown));
        Assert.Equal(all.Length, all.Select(one => Text(one, "id")).Distinct().Count());
        Assert.Equal(all.Select(one => Text(one, "id")), company.All("/beta/admin/cloudLicensing/assignments?$top=2"));
        Assert.Equal(
            expected, users.SelectMany(user => Values(company, $"/beta/users/{Text(user, "id")}/cloudLicensing/assignments?{Expanded}"))
                .Concat(groups.SelectMany(group => Values(company, $"/beta/groups/{Text(group, "id")}/cloudLicensing/assignments?{Expanded}"))).Select(Shown));
        foreach (JsonElement allotment in allotments)
        {
            string path = $"/beta/admin/cloudLicensing/allotments/{Text(allotment, "id")}/assignments";
            Assert.Equal(expected.Where(line => line.Contains(Text(allotment, "skuId"), StringComparison.Ordinal)), Values(company, $"{path}?{Expanded}").Select(Shown));
            Assert.Equal(Values(company, path).Select(one => Text(one, "id")), company.All($"{path}?$top=1"));
        }

        Assert.All(all, one => Assert.Equal(Shown(one), Shown(company.Get($"/beta/admin/cloudLicensing/assignments/{Text(one, "id")}?{Expanded}"))));

        static string Line(JsonElement holder, JsonElement license) =>
            $"{Text(holder, "id")} {Text(license, "skuId")} {string.Join(' ', license.GetProperty("disabledPlans").EnumerateArray())}";

        static string Shown(JsonElement one) =>
            $"{Text(one.GetProperty("assignedTo"), "id")} {Text(one.GetProperty("allotment"), "skuId")} {string.Join(' ', one.GetProperty("disabledServicePlanIds").EnumerateArray())}";
    }

    // B584
    private void Waiting(Company company, JsonElement[] users, JsonElement[] allotments)
    {
        List<string> queue = [];
        foreach (JsonElement allotment in allotments)
        {
            string sku = Text(allotment, "skuId");
            string[] pairs = [.. company.Get($"/berth/v1/waiting?skuId={sku}").GetProperty("value").EnumerateArray().Select(one => $"{Text(one, "userId")} {Text(one, "waitingSince")}")];
            string[] expected = [.. pairs.DistinctBy(line => line.Split(' ')[0])];
            _ = expected.Length < pairs.Length && _occurred.Add("waits through two groups");
            string path = $"/beta/admin/cloudLicensing/allotments/{Text(allotment, "id")}/waitingMembers";
            Assert.Equal(expected, Values(company, $"{path}?$expand=assignedTo").Select(one => $"{Text(one.GetProperty("assignedTo"), "id")} {Text(one, "waitingSinceDateTime")}"));
            Assert.Equal(Values(company, path).Select(one => Text(one, "id")), company.All($"{path}?$top=1"));
            queue.AddRange(expected.Select(line => $"{line.Split(' ')[0]} {sku}"));
        }

        Assert.Equal(
            queue.Order(StringComparer.Ordinal),
            users.SelectMany(user => Values(company, $"/beta/users/{Text(user, "id")}/cloudLicensing/waitingMembers?$expand=allotment")
                .Select(one => $"{Text(user, "id")} {Text(one.GetProperty("allotment"), "skuId")}")).Order(StringComparer.Ordinal));
    }

    private void Errors(Company company, JsonElement[] users)
    {
        string[] expected =
        [
            .. users.SelectMany(user => user.GetProperty("licenseAssignmentStates").EnumerateArray().Where(state => Text(state, "error") != "None")
                .Select(state => $"{Text(user, "id")} {Text(state, "skuId")} {Text(state, "error")} {Text(state, "lastUpdatedDateTime")} {Text(state, "state") != "Error"}")),
        ];
        JsonElement[] all = Values(company, "/beta/admin/cloudLicensing/assignmentErrors?$expand=assignedTo,usageRight");
        Assert.Equal(expected.Select(Stated).Order(StringComparer.Ordinal), all.Select(Shown).Order(StringComparer.Ordinal));
        Assert.Equal(all.Select(one => Text(one, "id")), company.All("/beta/admin/cloudLicensing/assignmentErrors?$top=1"));
        Assert.Equal(all.Length, all.Select(one => Text(one, "id")).Distinct().Count());
        Assert.Equal(expected.Select(Stated), users.SelectMany(user => Values(company, $"/beta/users/{Text(user, "id")}/cloudLicensing/assignmentErrors?$expand=assignedTo")).Select(Shown));
        foreach (JsonElement one in all)
        {
            _occurred.Add(Text(one, "code"));
            Assert.Equal(Shown(one), Shown(company.Get($"/beta/admin/cloudLicensing/assignmentErrors/{Text(one, "id")}?$expand=assignedTo")));
            Assert.NotEqual("", Text(one, "message"));
            string holder = Text(one.GetProperty("assignedTo"), "id");
            bool has = users.Single(user => Text(user, "id") == holder).GetProperty("assignedLicenses").EnumerateArray().Any(license => Text(license, "skuId") == Text(one, "skuId"));
            Assert.Equal(has, one.TryGetProperty("usageRight", out _));
            _ = has && _occurred.Add("has it all the same");
        }

        static string Stated(string line) => string.Join(' ', line.Split(' ')[..4]);

        static string Shown(JsonElement one) =>
            $"{Text(one.GetProperty("assignedTo"), "id")} {Text(one, "skuId")} {Text(one, "code").Replace("MissingDependency", "DependencyViolation", StringComparison.Ordinal)} {Text(one, "occurrenceDateTime")}";
    }

    private static int PlanCount(JsonElement license) => SkuCatalog.BuiltIn.TryGetSku(license.GetProperty("skuId").GetGuid(), out Sku? sku) ? sku.Plans.Count : 0;

    private static JsonElement[] Values(Company company, string target) => [.. company.Get(target).GetProperty("value").EnumerateArray()];

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static string Bare(JsonElement entity) =>
        "{" + string.Join(',', entity.EnumerateObject().Where(property => property.Name != "@odata.context").Select(property => $"\"{property.Name}\":{property.Value.GetRawText()}")) + "}";
}

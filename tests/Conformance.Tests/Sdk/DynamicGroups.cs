using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Directory.Rules;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Groups that decide themselves, as a program handles them with the SDK (L140, L141, L145).</summary>
[Collection(nameof(SdkTenant))]
public sealed class DynamicGroups(SdkTenant tenant)
{
    private const string Sales = "user.department -eq \"Sales of this test\"";

    private static readonly string[] _types = ["DynamicMembership"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task Membership_follows_a_department_and_licenses_follow_membership(Door door)
    {
        Guid sku = await tenant.SeatsAsync("SPE_E3", 5);
        string department = tenant.Name("department");
        User ada = await tenant.UserAsync(door);
        Group group = await AddAsync(door, $"user.department -eq \"{department}\"");
        await tenant.Graph(door).Groups[group.Id].AssignLicense.PostAsync(
            new() { AddLicenses = [new AssignedLicense { SkuId = sku, DisabledPlans = [] }], RemoveLicenses = [] }, cancellationToken: Cancel);
        Assert.Empty((await tenant.LicensesOfAsync(door, ada.Id!)).AssignedLicenses!);

        await tenant.Graph(door).Users[ada.Id].PatchAsync(new User { Department = department }, cancellationToken: Cancel);
        Assert.Equal(sku, Assert.Single((await tenant.LicensesOfAsync(door, ada.Id!)).AssignedLicenses!).SkuId);
        Assert.Equal(ada.Id, Assert.Single((await tenant.Graph(door).Groups[group.Id].Members.GetAsync(cancellationToken: Cancel))!.Value!).Id);

        await tenant.Graph(door).Users[ada.Id].PatchAsync(new User { Department = "elsewhere" }, cancellationToken: Cancel);
        Assert.Empty((await tenant.LicensesOfAsync(door, ada.Id!)).AssignedLicenses!);
        await tenant.Graph(door).Groups[group.Id].AssignLicense.PostAsync(new() { AddLicenses = [], RemoveLicenses = [sku] }, cancellationToken: Cancel);
        await tenant.Graph(door).Groups[group.Id].DeleteAsync(cancellationToken: Cancel);
    }

    // L128, L138, L140, B120, B130-B132
    [Theory, EveryDoor]
    public async Task What_a_rule_cannot_be_is_refused_and_says_why(Door door)
    {
        User ada = await tenant.UserAsync(door);
        Guid sku = await tenant.SeatsAsync("SPE_E3", 5);
        Group group = await AddAsync(door, Sales), source = await tenant.GroupAsync(door), devices = await AddAsync(door, "device.isRooted -eq false");
        Group follower = await AddAsync(door, MemberOf(source.Id!));

        await RefusedAsync(400, "membershipRuleInvalid", "at character 17: found '-not'", () => AddAsync(door, "user.department -not null"));
        await RefusedAsync(400, "membershipRuleMismatch", "membershipRule", () => tenant.Graph(door).Groups[source.Id].PatchAsync(new Group { MembershipRule = Sales }, cancellationToken: Cancel));
        await RefusedAsync(400, "memberOfSourceNotFound", ada.Id!, () => AddAsync(door, MemberOf(ada.Id!)));
        await RefusedAsync(400, "memberOfSourceNotAllowed", follower.Id!, () => AddAsync(door, MemberOf(follower.Id!)));
        await RefusedAsync(400, "deviceRuleNotAllowed", "only users hold licenses", () => tenant.Graph(door).Groups[devices.Id].AssignLicense.PostAsync(
            new() { AddLicenses = [new AssignedLicense { SkuId = sku, DisabledPlans = [] }], RemoveLicenses = [] }, cancellationToken: Cancel));
        await RefusedAsync(403, "groupIsDynamic", "Insufficient privileges to complete the operation.", () => tenant.AddMemberAsync(door, group, ada.Id!));
        foreach (Group one in new[] { group, follower, devices })
        {
            await tenant.Graph(door).Groups[one.Id].DeleteAsync(cancellationToken: Cancel);
        }
    }

    [Fact]
    public async Task A_rule_is_tried_on_somebody_before_it_is_given_to_a_group()
    {
        User ada = await tenant.UserAsync(Door.Beta, more: user => user.Department = "Sales of this test");
        Group group = await AddAsync(Door.Beta, Sales);
        JsonElement given = await tenant.SendAsync(HttpMethod.Post, "/beta/groups/evaluateDynamicMembership", new { memberId = ada.Id, membershipRule = $"-not ({Sales})" });
        JsonElement own = await tenant.SendAsync(HttpMethod.Post, $"/beta/groups/{group.Id}/evaluateDynamicMembership", new { memberId = ada.Id });

        Assert.False(given.GetProperty("membershipRuleEvaluationResult").GetBoolean());
        Assert.True(own.GetProperty("membershipRuleEvaluationResult").GetBoolean());
        Assert.Equal(
            "department", own.GetProperty("membershipRuleEvaluationDetails").GetProperty("propertyToEvaluate").GetProperty("propertyName").GetString());
        await tenant.Graph(Door.Beta).Groups[group.Id].DeleteAsync(cancellationToken: Cancel);
    }

    [Fact]
    public async Task A_tenant_is_told_when_it_has_all_the_dynamic_groups_it_may_have()
    {
        // A server of its own: nobody else wants to be asked by so many rules.
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync();
        string source = (await SendAsync("/v1.0/groups", """{"displayName":"source","mailEnabled":false,"mailNickname":"source","securityEnabled":true}""", "application/json"))
            .GetProperty("id").GetString()!;
        await FillAsync(MemberOf(source), RuleLimits.MostMemberOfGroups, "tooManyMemberOfGroups");
        await FillAsync("user.accountEnabled -eq false", RuleLimits.MostDynamicGroups - RuleLimits.MostMemberOfGroups, "tooManyDynamicGroups");

        async Task FillAsync(string rule, int most, string code)
        {
            string group = JsonSerializer.Serialize(
                new { displayName = "one of many", mailEnabled = false, mailNickname = "many", securityEnabled = true, groupTypes = _types, membershipRule = rule });
            JsonElement report = await SendAsync("/berth/v1/import", string.Concat(Enumerable.Repeat($$"""{"group":{{group}}}""" + "\n", most)), "application/x-ndjson");
            Assert.Equal((most, 0), (report.GetProperty("groups").GetInt32(), report.GetProperty("errors").GetArrayLength()));
            JsonElement refused = await SendAsync("/v1.0/groups", group, "application/json");
            Assert.Equal(code, refused.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString());
        }

        async Task<JsonElement> SendAsync(string path, string body, string type)
        {
            using StringContent content = new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
            using HttpResponseMessage response = await http.PostAsync(path, content, Cancel);
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement.Clone();
        }
    }

    private static string MemberOf(string group) => $"user.memberOf -any (group.objectId -in ['{group}'])";

    private static async Task RefusedAsync(int status, string innerCode, string says, Func<Task> call)
    {
        ODataError error = await Assert.ThrowsAsync<ODataError>(call);
        Assert.Equal((status, innerCode), (error.ResponseStatusCode, $"{error.Error!.InnerError!.AdditionalData["code"]}"));
        Assert.Contains(says, error.Error.Message, StringComparison.Ordinal);
    }

    private async Task<Group> AddAsync(Door door, string rule)
    {
        string alias = tenant.Name("dynamic");
        Group group = new()
        {
            DisplayName = alias,
            MailEnabled = false,
            MailNickname = alias,
            SecurityEnabled = true,
            GroupTypes = [.. _types],
            MembershipRule = rule,
            MembershipRuleProcessingState = "On",
        };
        return (await tenant.Graph(door).Groups.PostAsync(group, cancellationToken: Cancel))!;
    }
}

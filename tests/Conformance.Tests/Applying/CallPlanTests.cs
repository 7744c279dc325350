using System.Text.Json;
using Berth.Connect.Writing;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using CsCheck;
using Xunit;
using static Berth.Conformance.Tests.Applying.WritableTenant;

namespace Berth.Conformance.Tests.Applying;

/// <summary>The fewest calls, in an order that takes nothing before the new is there (B570, B571, B572).</summary>
public sealed class CallPlanTests
{
    private const string Graph = "https://graph.example/v1.0";

    [Fact]
    public void Three_thousand_users_move_to_a_group_with_one_call_for_the_group_one_for_twenty_members_and_one_for_each_switch()
    {
        // B570
        WritableTenant tenant = new();
        tenant.Buy("SPE_E3", 3_000);
        Guid[] users = tenant.Users(3_000);
        tenant.Do(new Command.ApplyChanges([.. users.Select(static user => new Command.AssignUserLicenses(user, Of(License("SPE_E3")), []))]));
        Guid group = tenant.Group(1);

        CallPlan plan = tenant.Calls(
        [
            .. users.Select(static user => new Command.AssignUserLicenses(user, [], Of(Sku("SPE_E3")))),
            new Command.AssignGroupLicenses(group, Of(License("SPE_E3")), []),
            new Command.AddMembers(group, users.ToValueArray()),
        ]);

        Assert.Equal(1 + 150 + 3_000, plan.Calls.Count);
        Assert.Equal(6_001, plan.Rows);
        Assert.Equal([(CallStage.GroupLicenses, 1), (CallStage.Joining, 150), (CallStage.UserLicenses, 3_000)], plan.Calls.GroupBy(static call => call.Stage).Select(static stage => (stage.Key, stage.Count())));
        Assert.All(plan.Calls.Where(static call => call.Stage == CallStage.UserLicenses), call => Assert.Equal(new Gain(call.Wishes[0].Subject, group, Sku("SPE_E3")), Assert.Single(call.After)));
    }

    [Theory]
    [InlineData(19, 1)]
    [InlineData(20, 1)]
    [InlineData(21, 2)]
    public void A_call_takes_twenty_members(int members, int calls)
    {
        WritableTenant tenant = new();
        Guid group = tenant.Group(1);
        CallPlan plan = tenant.Calls(new Command.AddMembers(group, tenant.Users(members).ToValueArray()));
        Assert.Equal((calls, members), (plan.Calls.Count, plan.Rows));
        CallRequest first = CallRequest.Of(plan.Calls[0].Wishes, Graph);
        Assert.Equal((HttpMethod.Patch, $"/groups/{group}"), (first.Method, first.Path));
        Assert.StartsWith($$"""{"members@odata.bind":["{{Graph}}/directoryObjects/{{plan.Calls[0].Wishes[0].Subject}}""", first.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_as_wanted_costs_no_call()
    {
        WritableTenant tenant = new();
        tenant.Buy("SPE_E3", 10);
        Guid[] users = tenant.Users(2);
        Guid group = tenant.Group(1, users[0]);
        tenant.Do(
            new Command.AssignUserLicenses(users[0], Of(License("SPE_E3", "TEAMS1", "YAMMER_ENTERPRISE")), []),
            new Command.AssignGroupLicenses(group, Of(License("SPE_E3", "TEAMS1")), []));
        User user = tenant.Now.Users[0]!;
        Assert.Empty(tenant.Calls(
            new Command.AssignUserLicenses(users[0], Of(License("SPE_E3", "YAMMER_ENTERPRISE", "TEAMS1")), []),
            new Command.AssignUserLicenses(users[1], [], Of(Sku("SPE_E3"))),
            new Command.AssignUserLicenses(users[1], Of(License("SPE_E3")), []),
            new Command.AssignUserLicenses(users[1], [], Of(Sku("SPE_E3"))),
            new Command.AssignGroupLicenses(group, Of(License("SPE_E3", "TEAMS1")), []),
            new Command.AddMembers(group, Of(users[0])),
            new Command.RemoveMembers(group, Of(users[1])),
            new Command.UpdateUser(user) { Basis = user }).Calls);
    }

    [Fact]
    public void Several_changes_of_a_user_are_one_switch_that_names_nothing_the_user_keeps()
    {
        WritableTenant tenant = new();
        foreach (string sku in new[] { "SPE_E3", "SPE_E5", "VISIOCLIENT", "PROJECTPROFESSIONAL" })
        {
            tenant.Buy(sku, 10);
        }

        Guid user = Assert.Single(tenant.Users(1));
        tenant.Do(new Command.AssignUserLicenses(user, Of(License("SPE_E3", "TEAMS1"), License("VISIOCLIENT", "ONEDRIVE_BASIC")), []));
        PlannedCall only = Assert.Single(tenant.Calls(
            new Command.AssignUserLicenses(user, Of(License("PROJECTPROFESSIONAL")), Of(Sku("SPE_E3"))),
            new Command.AssignUserLicenses(user, Of(License("SPE_E5", "TEAMS1")), Of(Sku("PROJECTPROFESSIONAL")))).Calls);
        CallRequest request = CallRequest.Of(only.Wishes, Graph);
        Assert.Equal((HttpMethod.Post, $"/users/{user}/assignLicense"), (request.Method, request.Path));
        Assert.Equal($$"""{"addLicenses":[{"skuId":"{{Sku("SPE_E5")}}","disabledPlans":["{{Plan("TEAMS1")}}"]}],"removeLicenses":["{{Sku("SPE_E3")}}"]}""", request.Body);
        Assert.Empty(only.After);
    }

    [Fact]
    public void What_gives_comes_before_what_takes_and_is_waited_for()
    {
        // B571
        WritableTenant tenant = new();
        tenant.Buy("SPE_E3", 10);
        tenant.Buy("VISIOCLIENT", 10);
        Guid[] users = tenant.Users(4);
        Guid old = tenant.Group(1, users), young = tenant.Group(2), lone = tenant.Group(3, users[3]);
        tenant.Do(new Command.AssignGroupLicenses(old, Of(License("SPE_E3")), []), new Command.AssignGroupLicenses(lone, Of(License("VISIOCLIENT")), []));
        User located = tenant.Now.Users[1]!;
        CallPlan plan = tenant.Calls(
            new Command.DeleteUser(users[2]),
            new Command.AssignGroupLicenses(lone, [], Of(Sku("VISIOCLIENT"))),
            new Command.RemoveMembers(old, Of(users[0], users[1])),
            new Command.AssignUserLicenses(users[1], Of(License("SPE_E3")), []),
            new Command.AddMembers(young, Of(users[0])),
            new Command.AssignGroupLicenses(young, Of(License("SPE_E3")), []),
            new Command.UpdateUser(located with { UsageLocation = "DE" }) { Basis = located, ManagerId = users[3] });
        Assert.Equal(
            [
                CallStage.Properties, CallStage.Properties, CallStage.GroupLicenses, CallStage.Joining, CallStage.UserLicenses, CallStage.GroupRemovals,
                CallStage.Leaving, CallStage.Leaving, CallStage.Deletions,
            ],
            plan.Calls.Select(static call => call.Stage));
        Assert.Equal("""{"usageLocation":"DE"}""", CallRequest.Of(plan.Calls[0].Wishes, Graph).Body);
        Assert.Equal(new Gain(users[0], young, Sku("SPE_E3")), Assert.Single(plan.Calls[6].After));
        Assert.Equal(new Gain(users[1], null, Sku("SPE_E3")), Assert.Single(plan.Calls[7].After));
        Assert.Equal(0, plan.Unbridged);
    }

    [Fact]
    public void What_cannot_arrive_before_the_old_is_gone_is_not_waited_for()
    {
        WritableTenant tenant = new();
        tenant.Buy("EXCHANGESTANDARD", 1);
        tenant.Buy("EXCHANGEENTERPRISE", 1);
        Guid user = Assert.Single(tenant.Users(1));
        Guid group = tenant.Group(1);
        tenant.Do(new Command.AssignUserLicenses(user, Of(License("EXCHANGESTANDARD")), []));
        CallPlan plan = tenant.Calls(
            new Command.AssignGroupLicenses(group, Of(License("EXCHANGEENTERPRISE")), []),
            new Command.AddMembers(group, Of(user)),
            new Command.AssignUserLicenses(user, [], Of(Sku("EXCHANGESTANDARD"))));
        Assert.Equal((3, 1), (plan.Calls.Count, plan.Unbridged));
        Assert.Empty(plan.Calls[^1].After);
    }

    [Fact]
    public void Units_are_bought_elsewhere_and_then_nothing_is_written()
    {
        // B572
        WritableTenant tenant = new();
        Guid group = tenant.Group(1);
        CallPlanning.Refused refused = Assert.IsType<CallPlanning.Refused>(CallPlan.Of(
            tenant.Now, [new Command.AddMembers(group, tenant.Users(1).ToValueArray()), new Command.SetUnits(Guid.NewGuid(), Sku("SPE_E3"), 5)], Noon));
        string problem = Assert.Single(refused.Problems);
        Assert.Contains("units of SPE_E3 cannot be set", problem, StringComparison.Ordinal);
        Assert.Contains("Microsoft 365 admin center", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Properties_are_written_as_Graph_names_them()
    {
        WritableTenant tenant = new();
        tenant.Users(1);
        User before = tenant.Now.Users[0]! with { Attributes = default(UserAttributes).With(UserAttribute.City, "Bonn") };
        User after = before with
        {
            AccountEnabled = false,
            Attributes = before.Attributes.With(UserAttribute.City, null).With(UserAttribute.Department, "R&D \"1\"").With(UserAttribute.OtherMails, "a@b\nc@d").With(UserAttribute.ExtensionAttribute1 + 4, "x"),
        };
        Assert.Equal(
            """{"accountEnabled":false,"department":"R\u0026D \u00221\u0022","city":null,"otherMails":["a@b","c@d"],"onPremisesExtensionAttributes":{"extensionAttribute5":"x"}}""",
            JsonSerializer.Serialize(UserProperties.Body(UserProperties.Between(before, after))));
    }

    [Fact]
    public void A_policy_and_an_action_are_asked_for_as_Graph_takes_them()
    {
        Guid policy = Guid.NewGuid(), group = Guid.NewGuid(), plan = Guid.NewGuid(), machine = Guid.NewGuid();
        CallRequest assign = CallRequest.Of([new Wish.Policy(policy, [new WantedAssignment("1", group, plan, "Shifts", 3)])], Graph);
        Assert.Equal($"/deviceManagement/virtualEndpoint/provisioningPolicies/{policy}/assign", assign.Path);
        Assert.Equal(
            "{\"assignments\":[{\"id\":\"1\",\"target\":{\"@odata.type\":\"#microsoft.graph.cloudPcManagementGroupAssignmentTarget\",\"groupId\":\"" + group
            + "\",\"servicePlanId\":\"" + plan + "\",\"allotmentDisplayName\":\"Shifts\",\"allotmentLicensesCount\":3}}]}",
            assign.Body);
        Assert.Equal(
            [("endGracePeriod", null), ("reprovision", "{}"), ("resize", $$"""{"targetServicePlanId":"{{plan}}"}"""), ("restore", $$"""{"cloudPcSnapshotId":"{{plan}}"}""")],
            new[] { ("endGracePeriod", (Guid?)null), ("reprovision", null), ("resize", plan), ("restore", plan) }
                .Select(one => CallRequest.Of([new Wish.CloudPcAction(machine, one.Item1, one.Item2)], Graph)).Select(static one => (one.Path.Split('/')[^1], one.Body)));
    }

    [Fact]
    public void The_calls_lead_where_the_changes_lead()
    {
        string[] skus = ["SPE_E3", "VISIOCLIENT", "PROJECTPROFESSIONAL"];
        WritableTenant start = new();
        Array.ForEach(skus, sku => start.Buy(sku, 100));
        Guid[] users = start.Users(6), groups = [start.Group(1, users[0], users[1]), start.Group(2, users[1]), start.Group(3)];
        start.Do(new Command.AssignGroupLicenses(groups[0], Of(License("VISIOCLIENT")), []), new Command.AssignUserLicenses(users[0], Of(License("SPE_E3", "TEAMS1"), License("VISIOCLIENT")), []));
        Gen<Guid> user = Gen.Int[0, 5].Select(number => users[number]), group = Gen.Int[0, 2].Select(number => groups[number]);
        Gen<LicenseRequest> license = Gen.Select(Gen.Int[0, 2], Gen.Bool, (sku, off) => off && sku == 0 ? License("SPE_E3", "TEAMS1") : License(skus[sku]));
        Gen<Command> command = Gen.OneOf<Command>(
            Gen.Select(user, license, (who, what) => (Command)new Command.AssignUserLicenses(who, Of(what), [])),
            Gen.Select(user, license, (who, what) => (Command)new Command.AssignUserLicenses(who, [], Of(what.SkuId))),
            Gen.Select(group, license, (who, what) => (Command)new Command.AssignGroupLicenses(who, Of(what), [])),
            Gen.Select(group, license, (who, what) => (Command)new Command.AssignGroupLicenses(who, [], Of(what.SkuId))),
            Gen.Select(group, user, (to, who) => (Command)new Command.AddMembers(to, Of(who))),
            Gen.Select(group, user, (to, who) => (Command)new Command.RemoveMembers(to, Of(who))));
        command.Array[1, 12].Try(
            wishes =>
            {
                // What Graph would refuse is no change.
                Tenant wanted = start.Now;
                List<Command> accepted = [];
                foreach (Command wish in wishes)
                {
                    if (Deciding.Decide(wanted, wish, new DecisionContext(Noon, Actor.Berth)) is Decision.Accepted next)
                    {
                        wanted = next.Next;
                        accepted.Add(wish);
                    }
                }

                Tenant written = start.Now;
                foreach (Command call in Assert.IsType<CallPlanning.Planned>(CallPlan.Of(start.Now, accepted, Noon)).Plan.Calls.SelectMany(static call => call.Wishes).Select(Again))
                {
                    Tenant after = Assert.IsType<Decision.Accepted>(Deciding.Decide(written, call, new DecisionContext(Noon, Actor.Berth)), exactMatch: true).Next;
                    Assert.True(after.Version > written.Version, "a call that changes nothing");
                    written = after;
                }

                Assert.Equal(Sources(wanted), Sources(written));
            },
            times: 300);
    }

    private static Command Again(Wish wish) => wish switch
    {
        Wish.UserLicense one => new Command.AssignUserLicenses(one.UserId, Requests(one.Add), one.Remove.ToValueArray()),
        Wish.GroupLicense one => new Command.AssignGroupLicenses(one.GroupId, Requests(one.Add), one.Remove.ToValueArray()),
        Wish.Member one => new Command.AddMembers(one.GroupId, Of(one.MemberId)),
        Wish.NoMember one => new Command.RemoveMembers(one.GroupId, Of(one.MemberId)),
        _ => throw new InvalidOperationException($"{wish}"),
    };

    private static ValueArray<LicenseRequest> Requests(IReadOnlyList<WantedLicense> licenses) => licenses.Select(static one => new LicenseRequest(one.SkuId, one.DisabledPlans.ToValueArray())).ToValueArray();

    private static string Sources(Tenant tenant) => string.Join('\n',
    [
        .. Enumerable.Range(0, tenant.UserCount).Select(user => $"{user}: {Text(tenant.LicensesOf(user).Direct)} in {string.Join(' ', tenant.GroupsOf(user))}"),
        .. Enumerable.Range(0, tenant.GroupCount).Select(group => $"group {group}: {Text(tenant.Groups[group].Licenses)}"),
    ]);

    private static string Text(LicenseSet set) => string.Join(' ', set.Items.Select(static one => $"{one.Sku}-{string.Join('.', one.Disabled)}"));
}

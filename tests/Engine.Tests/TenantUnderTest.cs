using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests;

/// <summary>A tenant with short words for tests. Every accepted command is replayed from its event and must lead to the same tenant.</summary>
internal sealed class TenantUnderTest
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public TenantUnderTest(TenantKind kind = TenantKind.Demo, string country = "US", SkuCatalog? catalog = null)
    {
        TenantProfile profile = new(Guid.NewGuid(), "Contoso", "contoso.example", country, kind, default);
        Do(new Command.CreateTenant(profile, catalog ?? SkuCatalog.BuiltIn));
    }

    public Tenant Now { get; private set; } = Tenant.Unborn;

    public DateTimeOffset System { get; set; } = Noon;

    /// <summary>The entry of the last command that changed something.</summary>
    public TenantEvent? Last { get; private set; }

    public Decision Decide(Command command) => Deciding.Decide(Now, command, new DecisionContext(System, Actor.Berth));

    public Decision.Accepted Do(Command command)
    {
        Decision decision = Decide(command);
        Decision.Accepted accepted = Assert.IsType<Decision.Accepted>(decision, exactMatch: true);
        if (accepted.Event is { } happened)
        {
            Tenant replayed = Deciding.Apply(Now, happened);
            SameAs(accepted.Next, replayed);
            Last = happened;
        }

        Now = accepted.Next;
        return accepted;
    }

    /// <summary>Carries out a change that no command of the test makes.</summary>
    public void Replay(Change change) => Now = Deciding.Apply(Now, new TenantEvent(Now.Version + 1, Now.Now(System), Actor.Berth, "Test", [change]));

    public Refusal Refused(Command command) => Assert.IsType<Decision.Refused>(Decide(command), exactMatch: true).Refusal;

    public Guid User(string? usageLocation = "US", string? name = null)
    {
        Guid id = Guid.NewGuid();
        Do(new Command.CreateUser(new User(id, $"{name ?? id.ToString("N")}@contoso.example", name ?? "A user", "user", true, usageLocation, default, default)));
        return id;
    }

    public Guid[] Users(int count) => [.. Enumerable.Range(0, count).Select(_ => User()).Order()];

    public Guid Group(params Guid[] members)
    {
        Guid id = Guid.NewGuid();
        Do(new Command.CreateGroup(new GroupProfile(id, "A group", null, "group", false, true, [], null, default), members.ToValueArray()));
        return id;
    }

    public Guid Buy(string partNumber, int units, SubscriptionStatus status = SubscriptionStatus.Enabled)
    {
        Guid id = Guid.NewGuid();
        Do(new Command.CreateSubscription(id, Sku(partNumber), units, status, false));
        return id;
    }

    public Guid Sku(string partNumber) => Now.Catalog.FindByPartNumber(partNumber).First().Id;

    public Guid Plan(string name) => Now.Catalog.Plans.First(plan => plan.Name == name).Id;

    public void Assign(Guid user, params string[] partNumbers) =>
        Do(new Command.AssignUserLicenses(user, partNumbers.Select(part => new LicenseRequest(Sku(part), [])).ToValueArray(), []));

    public void License(Guid group, params string[] partNumbers) =>
        Do(new Command.AssignGroupLicenses(group, partNumbers.Select(part => new LicenseRequest(Sku(part), [])).ToValueArray(), []));

    /// <summary>The rows of a user as <c>PART source state error</c>.</summary>
    public string[] States(Guid user) =>
        [.. LicenseState.Of(Now, Now.FindUser(user)).Select(state =>
            $"{Now.Catalog.Skus[state.Sku].PartNumber} {(state.Group < 0 ? "direct" : "group")} {state.State} {state.Error}")];

    public int Consumed(string partNumber) => Now.HoldersOf(Now.Catalog.FindByPartNumber(partNumber).First().Index).Count;

    /// <summary>Everything observable of two tenants is the same.</summary>
    public static void SameAs(Tenant expected, Tenant actual)
    {
        Assert.Equal(expected.Version, actual.Version);
        Assert.Equal(expected.Profile, actual.Profile);
        Assert.Equal(expected.Settings, actual.Settings);
        Assert.Equal(expected.Clock, actual.Clock);
        Assert.Equal(expected.Subscriptions, actual.Subscriptions);
        Assert.Equal(expected.Users.Count, actual.Users.Count);
        Assert.Equal(expected.Deleted.Users, actual.Deleted.Users);
        Assert.Equal(expected.Deleted.Groups, actual.Deleted.Groups);
        Assert.Equal(expected.Deleted.NextPurge, actual.Deleted.NextPurge);
        for (int user = 0; user < expected.Users.Count; user++)
        {
            Assert.Equal(expected.Users[user], actual.Users[user]);
            Assert.Equal(expected.LicensesOf(user), actual.LicensesOf(user));
            Assert.Equal(expected.GroupsOf(user), actual.GroupsOf(user));
            Assert.Equal(expected.OwnedBy(user), actual.OwnedBy(user));
            Assert.Equal(expected.ManagerOf(user), actual.ManagerOf(user));
            Assert.Equal(expected.ReportsOf(user).ToArray(), actual.ReportsOf(user).ToArray());
            if (expected.Users[user] is { } known)
            {
                Assert.Equal(user, actual.FindUser(known.Id));
                Assert.Equal(user, actual.FindUser(known.UserPrincipalName));
            }
        }

        Assert.Equal(expected.Groups.Count, actual.Groups.Count);
        for (int group = 0; group < expected.Groups.Count; group++)
        {
            Group one = expected.Groups[group], other = actual.Groups[group];
            Assert.Equal(one.Profile, other.Profile);
            Assert.Equal(one.IsDeleted, other.IsDeleted);
            Assert.Equal(one.Members.ToArray(), other.Members.ToArray());
            Assert.Equal(one.MemberGroups, other.MemberGroups);
            Assert.Equal(one.Owners, other.Owners);
            Assert.Equal(one.Licenses, other.Licenses);
            Assert.Equal(one.EverLicensed, other.EverLicensed);
            Assert.Equal(one.MembershipUpdatedAt, other.MembershipUpdatedAt);
            Assert.Equal(expected.RuleOf(group)?.Text, actual.RuleOf(group)?.Text);
            Assert.Equal(one.Troubled.ToArray(), other.Troubled.ToArray());
            Assert.Equal(expected.FindGroup(one.Id), actual.FindGroup(one.Id));
        }

        for (int sku = 0; sku < expected.Catalog.Skus.Count; sku++)
        {
            Assert.Equal(expected.HoldersOf(sku).ToArray(), actual.HoldersOf(sku).ToArray());
            Assert.Equal(expected.WaitingFor(sku).ToArray(), actual.WaitingFor(sku).ToArray());
        }

        Assert.Equal(expected.Troubled.ToArray(), actual.Troubled.ToArray());
        Assert.Equal(expected.Parts.Flips.All.ToArray(), actual.Parts.Flips.All.ToArray());
        SameAs(expected.Fleet, actual.Fleet, expected.Users.Count, expected.Groups.Count, expected.Catalog.Plans.Count);
        Assert.Equal(expected.Alerts.Changed, actual.Alerts.Changed);
        Assert.Equal(expected.Alerts.Records, actual.Alerts.Records);
        Assert.Equal(expected.Alerts.Active, actual.Alerts.Active);
        Assert.Equal((expected.Alerts.NextRecord, expected.Alerts.DueAt), (actual.Alerts.NextRecord, actual.Alerts.DueAt));
        Assert.Equal(expected.CloudApps.Apps, actual.CloudApps.Apps);
        Assert.Equal((expected.CloudApps.NextApp, expected.CloudApps.DueAt), (actual.CloudApps.NextApp, actual.CloudApps.DueAt));
        Assert.Equal(expected.CloudApps.Awaiting, actual.CloudApps.Awaiting);
        Assert.All(expected.CloudApps.Apps, one => Assert.Equal(one.Key, actual.CloudApps.Find(one.Value.Id)));
        Assert.All(expected.Fleet.Policies.Keys, policy => Assert.Equal(expected.CloudApps.OfPolicy(policy), actual.CloudApps.OfPolicy(policy)));
    }

    private static void SameAs(Fleet expected, Fleet actual, int users, int groups, int plans)
    {
        Assert.Equal((expected.InGrace, expected.Failed, expected.FailedConnections), (actual.InGrace, actual.Failed, actual.FailedConnections));
        Assert.Equal(expected.Waiting.OrderBy(one => one.Key), actual.Waiting.OrderBy(one => one.Key));
        Assert.Equal(expected.Policies, actual.Policies);
        Assert.Equal(expected.NextPolicy, actual.NextPolicy);
        Assert.All(expected.Policies, one => Assert.Equal(one.Key, actual.FindPolicy(one.Value.Id)));
        Assert.Equal(expected.Connections, actual.Connections);
        Assert.Equal(expected.UserSettings, actual.UserSettings);
        Assert.Equal(expected.DeviceImages, actual.DeviceImages);
        Assert.Equal(expected.Retained, actual.Retained);
        Assert.Equal(expected.BulkActions, actual.BulkActions);
        Assert.Equal(expected.Sessions, actual.Sessions);
        Assert.Equal(expected.Jobs.OrderBy(one => one.Key), actual.Jobs.OrderBy(one => one.Key));
        Assert.Equal(expected.Pending, actual.Pending);
        Assert.Equal(expected.Dues, actual.Dues);
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.CloudPcs.Count, actual.CloudPcs.Count);
        for (int row = 0; row < expected.CloudPcs.Count; row++)
        {
            Assert.Equal(expected.CloudPcs[row], actual.CloudPcs[row]);
            Assert.Equal(expected.SessionOn(row), actual.SessionOn(row));
            if (expected.CloudPcs[row] is { } there)
            {
                Assert.Equal(row, actual.FindCloudPc(there.Id));
            }
        }

        Assert.Equal(expected.Assignments.OrderBy(one => one.Key), actual.Assignments.OrderBy(one => one.Key));
        Assert.Equal(expected.UsesOfAssignments.OrderBy(one => one.Key), actual.UsesOfAssignments.OrderBy(one => one.Key));
        Assert.All(expected.UsesOfAssignments.Keys, key => Assert.Equal(expected.PoolOf(key.Assignment).ToArray(), actual.PoolOf(key.Assignment).ToArray()));
        for (int user = 0; user < users; user++)
        {
            Assert.Equal(expected.SessionsOf(user), actual.SessionsOf(user));
            Assert.Equal(expected.OfUser(user), actual.OfUser(user));
            Assert.Equal(expected.CoverageOf(user), actual.CoverageOf(user));
        }

        for (int group = 0; group < groups; group++)
        {
            Assert.Equal(expected.PoliciesOf(group), actual.PoliciesOf(group));
        }

        for (int plan = 0; plan < plans; plan++)
        {
            Assert.Equal(expected.SlotsUsed(plan), actual.SlotsUsed(plan));
            Assert.Equal(expected.UseOf(plan), actual.UseOf(plan));
        }
    }
}

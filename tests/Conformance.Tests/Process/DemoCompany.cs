using Berth.Demo;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>What the demo tenant holds, and that it comes into being once and whole.</summary>
public sealed class DemoCompany
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Contoso_has_its_people_groups_and_subscriptions()
    {
        Tenant contoso = await MakeAsync(new MemoryStore(), DemoSeed.Contoso);

        Assert.Equal(250, contoso.UserCount);
        Assert.Equal(20, contoso.GroupCount);
        Assert.Equal(12, contoso.Subscriptions.Count);
        Assert.Equal(TenantKind.Demo, contoso.Profile.Kind);
        Assert.True(contoso.FindUser("admin@contoso.example") >= 0);
        Assert.Equal(250, UsersOf(contoso).Select(user => user.DisplayName).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Some_groups_of_Contoso_choose_their_members_by_a_rule_and_licenses_follow()
    {
        MemoryStore store = new();
        await using LedgerDoor ledger = LedgerDoor.Open(store, TimeProvider.System);
        using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
        await DemoTenant.MakeAsync(ledger, new DemoAccess(apps, new UserPasswords(ledger), await Administrators.OpenAsync(ledger, Cancel), []), DemoSeed.Contoso, Cancel);
        TenantDesk desk = ledger.Find(DemoTenant.Id)!;
        Group[] dynamic = [.. Enumerable.Range(0, desk.Current.Groups.Count).Select(index => desk.Current.Groups[index]).Where(group => group.Profile.IsDynamic)];

        Assert.Equal(7, dynamic.Length);
        Assert.All(dynamic, group => Assert.True(group.Members.Count > 0, group.Profile.DisplayName));
        Assert.Equal(38, dynamic.Single(group => group.Profile.DisplayName == "Power BI analysts").Members.Count);

        User seller = UsersOf(desk.Current).First(user => user.Attributes[UserAttribute.Department] == "Sales");
        await desk.SubmitAsync(new Command.UpdateUser(seller with { Attributes = seller.Attributes.With(UserAttribute.Department, "Finance") }), Actor.Berth, null, Cancel);
        int index = desk.Current.FindUser(seller.Id);
        Sku sku = desk.Current.Catalog.FindByPartNumber("POWER_BI_PRO").Single();
        Assert.True(desk.Current.LicensesOf(index).Holds(sku.Index));
        Assert.Contains("Finance", desk.Current.GroupsOf(index).Select(group => desk.Current.Groups[group].Profile.DisplayName));
    }

    [Fact]
    public async Task Whoever_has_a_license_of_Contoso_has_a_Cloud_PC_by_the_policy_of_the_department()
    {
        Tenant contoso = await MakeAsync(new MemoryStore(), DemoSeed.Contoso);
        Engine.CloudPcs.CloudPc[] rows = [.. Enumerable.Range(0, contoso.Fleet.CloudPcs.Count).Select(index => contoso.Fleet.CloudPcs[index]!)];
        int licensed = UsersOf(contoso).Sum(user => contoso.PlansOf(contoso.FindUser(user.Id)).Count(plan => contoso.Catalog.CloudPcPlanOf(plan.Plan.Index) is not null));

        Assert.Equal(4, contoso.Fleet.Policies.Count);
        Assert.InRange(rows.Length, 80, 140);
        Assert.Equal(licensed, rows.Length);
        Assert.All(rows, row => Assert.Equal(Engine.CloudPcs.CloudPcStatus.Provisioned, row.Status));
        Assert.All(rows, row => Assert.Contains(
            contoso.Fleet.Policies[row.Policy].Assignments, assignment => contoso.GroupsOf(row.User).Span.BinarySearch(assignment.Group) >= 0));
    }

    [Fact]
    public async Task Without_a_seed_there_are_the_admin_and_the_client_only()
    {
        Tenant empty = await MakeAsync(new MemoryStore(), DemoSeed.None);

        Assert.Equal("admin@contoso.example", Assert.Single(UsersOf(empty)).UserPrincipalName);
        Assert.Equal(0, empty.GroupCount);
        Assert.Empty(empty.Subscriptions);
    }

    [Fact]
    public async Task Every_id_is_a_version_4_GUID()
    {
        Tenant contoso = await MakeAsync(new MemoryStore(), DemoSeed.Contoso);

        IEnumerable<Guid> ids = [contoso.Profile.Id, .. UsersOf(contoso).Select(user => user.Id), .. Enumerable.Range(0, contoso.Groups.Count).Select(group => contoso.Groups[group].Id), .. contoso.Subscriptions.Select(subscription => subscription.Id), .. contoso.Fleet.Policies.Values.Select(policy => policy.Id)];
        Assert.All(ids, id => Assert.True(id.Version == 4 && (id.Variant & 0xc) == 0x8, id.ToString()));
    }

    [Fact]
    public async Task Somebody_waits_for_a_seat_but_nobody_for_the_workstation()
    {
        Tenant contoso = await MakeAsync(new MemoryStore(), DemoSeed.Contoso);
        Dictionary<string, int> waiting = contoso.Catalog.Skus
            .Select(sku => (sku.PartNumber, Count: contoso.WaitingFor(sku.Index).Count))
            .Where(row => row.Count > 0)
            .ToDictionary(row => row.PartNumber, row => row.Count, StringComparer.Ordinal);

        Assert.Equal(["CPC_E_2C_8GB_128GB", "CPC_E_8C_32GB_512GB"], waiting.Keys.Order(StringComparer.Ordinal));
        Assert.All(contoso.Troubled, pair => Assert.All(
            contoso.LicensesOf(pair.User).Source(pair.Group)!.Value.Trouble!.Errors,
            shown => Assert.Equal(LicenseError.CountViolation, shown.Error)));
        Sku workstation = contoso.Catalog.FindByPartNumber("CPC_E_4C_16GB_512GB").Single();
        Assert.True(contoso.FreeSeats(workstation.Index) > 0);
        Assert.True(contoso.HoldersOf(workstation.Index).Count > 0);
    }

    [Fact]
    public async Task A_start_that_was_killed_anywhere_is_finished_by_the_next()
    {
        IReadOnlyList<Command> commands = DemoTenant.CommandsOf(DemoSeed.Contoso);
        Tenant whole = await MakeAsync(new MemoryStore(), DemoSeed.Contoso);
        Assert.Equal(commands.Count, whole.Version);
        for (int done = 0; done <= commands.Count; done++)
        {
            MemoryStore store = new();
            await using (LedgerDoor ledger = LedgerDoor.Open(store, TimeProvider.System))
            {
                await ledger.WriteBlobAsync("demo/seed", "3 Contoso begun"u8.ToArray(), Cancel);
                if (done > 0)
                {
                    await ledger.CreateTenantAsync((Command.CreateTenant)commands[0], Actor.Berth, Cancel);
                }

                foreach (Command command in commands.Take(done).Skip(1))
                {
                    await ledger.Find(DemoTenant.Id)!.SubmitAsync(command, Actor.Berth, null, Cancel);
                }
            }

            // Whatever is asked for now: what was begun is finished.
            Tenant finished = await MakeAsync(store, DemoSeed.None);

            Assert.Equal(whole.Version, finished.Version);
            Assert.Equal(whole.Troubled.Count, finished.Troubled.Count);
            Assert.Equal(
                whole.Catalog.Skus.Select(sku => whole.HoldersOf(sku.Index).Count),
                finished.Catalog.Skus.Select(sku => finished.HoldersOf(sku.Index).Count));
        }
    }

    [Fact]
    public async Task A_demo_left_half_made_by_another_version_is_not_continued()
    {
        MemoryStore store = new();
        await using (LedgerDoor ledger = LedgerDoor.Open(store, TimeProvider.System))
        {
            await ledger.WriteBlobAsync("demo/seed", "0 Contoso begun"u8.ToArray(), Cancel);
        }

        await Assert.ThrowsAsync<StartRefusedException>(() => MakeAsync(store, DemoSeed.Contoso));
    }

    private static IEnumerable<User> UsersOf(Tenant tenant) => Enumerable.Range(0, tenant.Users.Count).Select(user => tenant.Users[user]!);

    private static async Task<Tenant> MakeAsync(MemoryStore store, DemoSeed seed)
    {
        await using LedgerDoor ledger = LedgerDoor.Open(store, TimeProvider.System);
        using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, Cancel);
        DemoAccess access = new(apps, new UserPasswords(ledger), await Administrators.OpenAsync(ledger, Cancel), []);
        await DemoTenant.MakeAsync(ledger, access, seed, Cancel);
        return ledger.Find(DemoTenant.Id)!.Current;
    }
}

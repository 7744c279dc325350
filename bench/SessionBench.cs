using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>Sessions of Frontline at the ledger's door: many people sign in and out, each of them taking a license and giving it back, against the same group commit without an engine.</summary>
internal static class SessionBench
{
    private const int MachinesPerLicense = 3;

    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("berth-bench-");
        try
        {
            SqliteStore store = SqliteStore.Open(Path.Combine(folder.FullName, "berth.db"));
            await using LedgerDoor door = LedgerDoor.Open(store, TimeProvider.System);
            TenantDesk desk = LedgerBench.Build(door, users);
            await Equip(desk);
            Tenant tenant = desk.Current;
            Console.WriteLine($"a tenant of {users:N0} users, {tenant.Fleet.Count:N0} Cloud PCs, one of Frontline each");

            Guid[] people = LedgerBench.CallersOf(tenant);
            Guid[] machines = [.. people.Select(one => tenant.Fleet.OfUser(tenant.FindUser(one)).Select(index => tenant.Fleet.CloudPcs[index]!).First(row => row.Assignment is not null).Id)];
            Guid[] sessions = new Guid[people.Length];
            await LedgerBench.Door("sessions, each begun and ended", store, desk, SqliteStore.Open(Path.Combine(folder.FullName, "bare.db")), (caller, turn) => (turn & 1) == 0
                ? new Command.StartSession(sessions[caller] = Guid.NewGuid(), people[caller], machines[caller])
                : new Command.EndSession(sessions[caller]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    // Everybody has a machine, a third of them a license at once; no tenant is without other assignments.
    private static async Task Equip(TenantDesk desk)
    {
        Sku sku = SkuCatalog.BuiltIn.FindByPartNumber("Windows_365_S_2vCPU_4GB_64GB").Single();
        Guid plan = SkuCatalog.BuiltIn.Plans[sku.Plans[0]].Id;
        Guid[] everybody = [.. Enumerable.Range(0, desk.Current.Users.Count).Select(user => desk.Current.Users[user]).OfType<User>().Select(user => user.Id)];
        int licenses = (everybody.Length + MachinesPerLicense - 1) / MachinesPerLicense;
        await Do(new Command.CreateSubscription(Guid.NewGuid(), sku.Id, licenses, SubscriptionStatus.Enabled, false));
        Guid policy = Guid.NewGuid();
        await Do(new Command.CreatePolicy(new ProvisioningPolicy(policy, "Desks")
        {
            ProvisioningType = ProvisioningType.SharedByUser,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", "usEast")],
        }));
        Guid group = Guid.NewGuid();
        await Do(new Command.CreateGroup(new GroupProfile(group, "Everybody", null, "everybody", false, true, [], null, default), everybody.ToValueArray()));
        await Do(new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, plan, "Everybody", licenses)]));

        async Task Do(Command command)
        {
            if (await desk.SubmitAsync(command, Actor.Berth) is not Submission.Done { Decision: Decision.Accepted })
            {
                throw new InvalidOperationException($"{command} was refused.");
            }
        }
    }
}

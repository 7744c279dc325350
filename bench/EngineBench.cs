using System.Diagnostics;
using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Bench;

/// <summary>The engine alone: a tenant of a million users, evaluated whole, and a group of all of them licensed in one command.</summary>
internal static class EngineBench
{
    private const int Groups = 2_000;
    private const int LicensedGroups = 400;
    private const int MembershipsPerUser = 5;
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    internal static readonly string[] PartNumbers =
        ["SPE_E3", "SPE_E5", "ENTERPRISEPACK", "STANDARDPACK", "EXCHANGESTANDARD", "CPC_E_2C_8GB_128GB", "CPC_E_4C_16GB_512GB", "WIN_ENT_E5", "POWER_BI_PRO", "EMS"];

    private static readonly string[] Locations = ["US", "DE", "GB", "BR", "JP"];

    public static Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        Random random = new(20261123);
        long before = Memory();
        Stopwatch watch = Stopwatch.StartNew();
        Tenant tenant = Tenant.Unborn;
        Guid[] groups = Build(users, random, command => tenant = Do(tenant, command).Next);
        Console.WriteLine($"build: {users:N0} users, {users * MembershipsPerUser:N0} memberships in {watch.Elapsed.TotalSeconds:F2} s");
        Console.WriteLine($"memory: {(Memory() - before) / (double)users:F0} B/user of live tenant (limit 600)");

        watch.Restart();
        int pairs = 0;
        for (int i = 0; i < LicensedGroups; i++)
        {
            Sku sku = Find(tenant, PartNumbers[i % PartNumbers.Length]);
            tenant = Do(tenant, new Command.AssignGroupLicenses(groups[i], [new LicenseRequest(sku.Id, [])], [])).Next;
            pairs += tenant.Groups[tenant.FindGroup(groups[i])].Members.Count;
        }

        Console.WriteLine($"{LicensedGroups} groups licensed: {pairs:N0} pairs decided in {watch.Elapsed.TotalSeconds:F2} s = {pairs / watch.Elapsed.TotalSeconds / 1e6:F2} M pairs/s");
        Console.WriteLine($"in error: {tenant.Troubled.Count:N0} pairs");
        Console.WriteLine($"memory: {(Memory() - before) / (double)users:F0} B/user with licenses (limit 600)");

        double best = 0;
        for (int round = 0; round < 3; round++)
        {
            watch.Restart();
            (long evaluated, long clear) = WholeTenant.Evaluate(tenant);
            double seconds = watch.Elapsed.TotalSeconds;
            best = Math.Max(best, users / seconds / 1e6);
            Console.WriteLine($"full evaluation: {users:N0} users, {evaluated:N0} pairs ({clear:N0} clear) in {seconds * 1000:F0} ms = {users / seconds / 1e6:F2} M users/s (limit 4)");
        }

        Row.Add(
            string.Create(CultureInfo.InvariantCulture, $"full evaluation of {users:N0} users, {users * MembershipsPerUser:N0} memberships, one thread"),
            string.Create(CultureInfo.InvariantCulture, $"{best:F1} M users/s"), "", null, ">= 4 M users/s", best >= 4);

        Guid everybody = groups[Groups - 1];
        watch.Restart();
        tenant = Do(tenant, new Command.AssignGroupLicenses(everybody, [new LicenseRequest(Find(tenant, "FLOW_FREE").Id, [])], [])).Next;
        Console.WriteLine($"license a group of {tenant.Groups[tenant.FindGroup(everybody)].Members.Count:N0}: {watch.Elapsed.TotalMilliseconds:F0} ms in the engine");

        watch.Restart();
        Guid someone = tenant.Users[users / 2]!.Id;
        const int Singles = 20_000;
        Guid sku1 = Find(tenant, "VISIOCLIENT").Id;
        for (int i = 0; i < Singles; i++)
        {
            Command command = (i & 1) == 0
                ? new Command.AssignUserLicenses(someone, [new LicenseRequest(sku1, [])], [])
                : new Command.AssignUserLicenses(someone, [], [sku1]);
            tenant = Do(tenant, command).Next;
        }

        Console.WriteLine($"direct assignments: {Singles / watch.Elapsed.TotalSeconds:N0}/s decided on this tenant");

        watch.Restart();
        Tenant restored = Deciding.Restore(tenant.Version, Deciding.Describe(tenant).ToList());
        Console.WriteLine($"describe and restore: {watch.Elapsed.TotalSeconds:F2} s, {restored.UserCount:N0} users");
        return Task.FromResult(0);
    }

    /// <summary>Sends the commands that make a tenant of many users, and gives the ids of its groups; everybody is in the last one.</summary>
    internal static Guid[] Build(int users, Random random, Action<Command> send)
    {
        send(new Command.CreateTenant(new TenantProfile(NewId(random), "Bench", "bench.example", "US", TenantKind.Emulator, Noon), SkuCatalog.BuiltIn));
        foreach (string part in PartNumbers.Append("FLOW_FREE").Append("VISIOCLIENT"))
        {
            int units = part is "SPE_E5" ? users / 100 : users * 2;
            send(new Command.CreateSubscription(NewId(random), SkuCatalog.BuiltIn.FindByPartNumber(part).Single().Id, units, SubscriptionStatus.Enabled, false));
        }

        Guid[] groups = new Guid[Groups];
        for (int i = 0; i < Groups; i++)
        {
            groups[i] = NewId(random);
            send(new Command.CreateGroup(new GroupProfile(groups[i], $"Group {i}", null, $"group{i}", false, true, [], null, default), []));
        }

        int line = 0;
        Guid[] ids = new Guid[users];
        foreach (int[] portion in Enumerable.Range(0, users).Chunk(2_000))
        {
            List<ImportLine> lines = [];
            foreach (int i in portion)
            {
                ids[i] = NewId(random);
                UserAttributes attributes = default;
                lines.Add(new ImportLine.OfUser(++line, new User(
                    ids[i], $"user{i}@bench.example", $"User {i:D7}", $"user{i}", true, Locations[random.Next(Locations.Length)], default,
                    attributes.With(UserAttribute.Department, $"Department {i % 50}"))));
            }

            send(new Command.ImportDirectory(lines.ToValueArray()));
            lines.Clear();
            foreach (int i in portion)
            {
                HashSet<int> joined = [Groups - 1];
                while (joined.Count < MembershipsPerUser)
                {
                    joined.Add(random.Next(Groups - 1));
                }

                lines.AddRange(joined.Select(group => new ImportLine.OfMember(++line, groups[group], ids[i])));
            }

            send(new Command.ImportDirectory(lines.ToValueArray()));
        }

        return groups;
    }

    private static Decision.Accepted Do(Tenant tenant, Command command) =>
        Deciding.Decide(tenant, command, new DecisionContext(Noon, Actor.Berth)) switch
        {
            Decision.Accepted accepted when accepted.Lines.Count == 0 => accepted,
            Decision.Accepted accepted => throw new InvalidOperationException(accepted.Lines[0].ToString()),
            Decision.Refused refused => throw new InvalidOperationException(refused.ToString()),
            _ => throw new InvalidOperationException(),
        };

    private static Sku Find(Tenant tenant, string partNumber) => tenant.Catalog.FindByPartNumber(partNumber).Single();

    internal static Guid NewId(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }

    internal static long Memory()
    {
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        return GC.GetTotalMemory(true);
    }
}

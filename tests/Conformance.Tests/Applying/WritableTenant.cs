using Berth.Connect.Writing;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Conformance.Tests.Applying;

/// <summary>A tenant in memory with short words for tests of what is written to it.</summary>
internal sealed class WritableTenant
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly int _world;

    /// <summary>An empty tenant.</summary>
    /// <param name="world">Ids of different worlds differ, so that several live in one server.</param>
    public WritableTenant(int world = 0)
    {
        _world = world;
        Do(new Command.CreateTenant(new TenantProfile(Guid.NewGuid(), "Fabrikam", "fabrikam.example", "US", TenantKind.Demo, default), SkuCatalog.BuiltIn));
    }

    public Tenant Now { get; private set; } = Tenant.Unborn;

    public static Guid Sku(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).First().Id;

    public static Guid Plan(string name) => SkuCatalog.BuiltIn.Plans.First(plan => plan.Name == name).Id;

    public static LicenseRequest License(string partNumber, params string[] disabled) => new(Sku(partNumber), disabled.Select(Plan).ToValueArray());

    public static ValueArray<T> Of<T>(params T[] items) => items.ToValueArray();

    public Decision Decide(Command command) => Deciding.Decide(Now, command, new DecisionContext(Noon, Actor.Berth));

    public void Do(params Command[] commands)
    {
        foreach (Command command in commands)
        {
            Now = Assert.IsType<Decision.Accepted>(Decide(command), exactMatch: true).Next;
        }
    }

    public Guid[] Users(int count, int from = 0)
    {
        Guid[] ids = [.. Enumerable.Range(from, count).Select(number => Id(1, number))];
        foreach (ImportLine[] lines in ids.Select(static (id, line) => (ImportLine)new ImportLine.OfUser(line + 1, new User(id, $"u{id:N}@fabrikam.example", "Somebody", null, true, "US", default, default)))
            .Chunk(Command.ImportDirectory.MostLines))
        {
            Do(new Command.ImportDirectory(lines.ToValueArray()));
        }

        return ids;
    }

    public Guid Group(int number, params Guid[] members)
    {
        Guid id = Id(2, number);
        Do(new Command.CreateGroup(new GroupProfile(id, $"Group {number}", null, "group", false, true, [], null, default), members.ToValueArray()));
        return id;
    }

    public void Buy(string partNumber, int units) => Do(new Command.CreateSubscription(Guid.NewGuid(), Sku(partNumber), units, SubscriptionStatus.Enabled, false));

    public CallPlan Calls(params Command[] commands) => Assert.IsType<CallPlanning.Planned>(CallPlan.Of(Now, commands, Noon)).Plan;

    private Guid Id(int kind, int number) => new(number, (short)kind, (short)_world, 1, 2, 3, 4, 5, 6, 7, 8);
}

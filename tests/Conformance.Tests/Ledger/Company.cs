using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>A small company at the ledger's door, in short words.</summary>
internal static class Company
{
    public static readonly Guid Id = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");

    /// <summary>The time at which everything happens that names no other.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static Actor Somebody { get; } = new(ActorKind.Application, Guid.Parse("b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20"), "A program");

    /// <summary>A license that needs no other.</summary>
    public static Sku E5 { get; } = SkuCatalog.BuiltIn.FindByPartNumber("SPE_E5").First();

    public static Command.CreateTenant Create(Guid? id = null, string domain = "contoso.example") =>
        new(new TenantProfile(id ?? Id, "Contoso", domain, "US", TenantKind.Demo, default), SkuCatalog.BuiltIn);

    public static Command.CreateUser User(int number) => new(new User(
        UserId(number), $"user{number}@contoso.example", $"User {number}", $"user{number}", true, "US", default, new UserAttributes([new(UserAttribute.Department, "Navy")])));

    public static Command.CreateSubscription Buy(Sku sku, int units) => new(Guid.NewGuid(), sku.Id, units, SubscriptionStatus.Enabled, false);

    public static Command.AssignUserLicenses Assign(int user, Sku sku) => new(UserId(user), [new LicenseRequest(sku.Id, [])], []);

    public static Command.AssignUserLicenses Remove(int user, Sku sku) => new(UserId(user), [], [sku.Id]);

    public static Guid UserId(int number) => new(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    public static async Task<TenantDesk> FoundAsync(LedgerDoor door, Guid? id = null, string domain = "contoso.example") =>
        Assert.IsType<TenantCreation.Created>(await door.CreateTenantAsync(Create(id, domain), Actor.Berth), exactMatch: true).Desk;

    /// <summary>Submits a command that must be accepted.</summary>
    public static async Task<Decision.Accepted> DoAsync(this TenantDesk desk, Command command)
    {
        Submission.Done done = Assert.IsType<Submission.Done>(await desk.SubmitAsync(command, Somebody), exactMatch: true);
        return Assert.IsType<Decision.Accepted>(done.Decision, exactMatch: true);
    }

    /// <summary>Submits a command that must be refused.</summary>
    public static async Task<RefusalCode> RefusedAsync(this TenantDesk desk, Command command)
    {
        Submission.Done done = Assert.IsType<Submission.Done>(await desk.SubmitAsync(command, Somebody), exactMatch: true);
        return Assert.IsType<Decision.Refused>(done.Decision, exactMatch: true).Refusal.Code;
    }

    public static async Task<List<TenantEvent>> JournalAsync(this TenantDesk desk, long below = long.MaxValue)
    {
        List<TenantEvent> events = [];
        await foreach (TenantEvent happened in desk.ReadBackAsync(below, TestContext.Current.CancellationToken))
        {
            events.Add(happened);
        }

        return events;
    }

    /// <summary>Everything that two tenants hold is the same, and everything that follows from it.</summary>
    public static void Same(Tenant expected, Tenant actual)
    {
        Assert.Equal(expected.Version, actual.Version);
        Change[] one = [.. Deciding.Describe(expected)], other = [.. Deciding.Describe(actual)];
        Assert.Equal(one.Length, other.Length);
        Assert.All(one.Zip(other), pair => Assert.True(Changes.Same(pair.First, pair.Second), $"{pair.First} became {pair.Second}"));
        for (int sku = 0; sku < expected.Catalog.Skus.Count; sku++)
        {
            Assert.Equal(expected.HoldersOf(sku).ToArray(), actual.HoldersOf(sku).ToArray());
        }

        Assert.Equal(expected.Troubled.ToArray(), actual.Troubled.ToArray());
    }
}

/// <summary>A clock that a test moves.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _ticks = Company.Noon.UtcTicks;

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
}

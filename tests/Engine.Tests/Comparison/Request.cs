namespace Berth.Engine.Tests.Comparison;

/// <summary>A license in a request; ids are lower-case text.</summary>
public sealed record Wanted(string Sku, params string[] Disabled);

/// <summary>A command that the engine and the oracle both understand; ids are lower-case text, so that neither lends its types to the other.</summary>
public abstract record Request
{
    public sealed record CreateUser(string User, string? UsageLocation, params Fact[] Facts) : Request;

    /// <summary>Other values of properties.</summary>
    public sealed record SetUser(string User, params Fact[] Facts) : Request;

    public sealed record SetUsageLocation(string User, string? UsageLocation) : Request;

    public sealed record DeleteUser(string User) : Request;

    /// <summary>Another manager; null for none.</summary>
    public sealed record ReportTo(string User, string? Superior) : Request;

    public sealed record CreateGroup(string Group, bool SecurityEnabled, string[] Members) : Request
    {
        public Chosen Chosen { get; init; } = Chosen.ByHand;

        /// <summary>Whether it is a Microsoft 365 group.</summary>
        public bool Unified { get; init; }
    }

    /// <summary>A group comes to its members in another way, and may gain some.</summary>
    public sealed record ChangeGroup(string Group, Chosen Chosen, string[] Members) : Request;

    public sealed record DeleteGroup(string Group) : Request;

    public sealed record Restore(string Item) : Request;

    public sealed record Purge(string Item) : Request;

    public sealed record AddMembers(string Group, string[] Members) : Request;

    public sealed record RemoveMember(string Group, string Member) : Request;

    public sealed record AssignUser(string User, Wanted[] Add, string[] Remove) : Request;

    public sealed record AssignGroup(string Group, Wanted[] Add, string[] Remove) : Request;

    public sealed record ReprocessUser(string User) : Request;

    public sealed record ReprocessGroup(string Group) : Request;

    public sealed record Buy(string Subscription, string Sku, int Units, string Status) : Request;

    public sealed record ChangeSubscription(string Subscription, int? Units, string? Status) : Request;

    public sealed record ImportDirectory(Line[] Lines) : Request;

    public sealed record Configure(bool EntraStrict, bool Independent) : Request;

    /// <summary>The tenant's clock moves to the time of the command.</summary>
    public sealed record MoveClock : Request;

    /// <summary>What is due happens, nothing else.</summary>
    public sealed record RunDue : Request;

    /// <summary>Further plans for SKUs, and other plan rules as JSON; null leaves the rules.</summary>
    public sealed record Import(NewPlan[] Plans, string? Rules) : Request;
}

/// <summary>A line of a directory import: a user, a group, or with both a member.</summary>
public sealed record Line(string? User, string? Group, string? UsageLocation, string? Rule = null, Dictionary<string, string?>? Set = null);

/// <summary>A property of a user by Graph's name, and its value; the values of a collection are separated by line feeds; null takes it away.</summary>
public sealed record Fact(string Name, string? Value);

/// <summary>How a group comes to its members.</summary>
/// <param name="Dynamic">Whether it has the type DynamicMembership.</param>
/// <param name="Rule">Its rule, or null.</param>
/// <param name="State"><c>On</c>, <c>Paused</c> or null.</param>
public sealed record Chosen(bool Dynamic, string? Rule, string? State)
{
    public static Chosen ByHand { get; } = new(false, null, null);

    public static Chosen By(string rule, string? state = null) => new(true, rule, state);
}

/// <summary>A plan that a SKU gains.</summary>
public sealed record NewPlan(string Sku, string Plan, string Name);

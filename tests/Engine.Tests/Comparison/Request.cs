namespace Berth.Engine.Tests.Comparison;

/// <summary>A license in a request; ids are lower-case text.</summary>
public sealed record Wanted(string Sku, params string[] Disabled);

/// <summary>A command that the engine and the oracle both understand; ids are lower-case text, so that neither lends its types to the other.</summary>
public abstract record Request
{
    public sealed record CreateUser(string User, string? UsageLocation) : Request;

    public sealed record SetUsageLocation(string User, string? UsageLocation) : Request;

    public sealed record DeleteUser(string User) : Request;

    /// <summary>Another manager; null for none.</summary>
    public sealed record ReportTo(string User, string? Superior) : Request;

    public sealed record CreateGroup(string Group, bool SecurityEnabled, string[] Members, bool Unified = false) : Request;

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

    /// <summary>Further plans for SKUs, and other plan rules as JSON; null leaves the rules.</summary>
    public sealed record Import(NewPlan[] Plans, string? Rules) : Request;
}

/// <summary>A line of a directory import: a user, a group, or with both a member.</summary>
public sealed record Line(string? User, string? Group, string? UsageLocation);

/// <summary>A plan that a SKU gains.</summary>
public sealed record NewPlan(string Sku, string Plan, string Name);

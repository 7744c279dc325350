namespace Berth.Engine.Tests.Comparison;

/// <summary>A license in a request; ids are lower-case text.</summary>
public sealed record Wanted(string Sku, params string[] Disabled);

/// <summary>A command that the engine and the oracle both understand; ids are lower-case text, so that neither lends its types to the other.</summary>
public abstract partial record Request
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

    public sealed record RemoveMembers(string Group, string[] Members) : Request;

    public sealed record SetUnits(string Subscription, string Sku, int Units) : Request;

    /// <summary>Several as one (B500).</summary>
    public sealed record Together(Request[] Parts) : Request;

    public sealed record AssignUser(string User, Wanted[] Add, string[] Remove) : Request;

    public sealed record AssignGroup(string Group, Wanted[] Add, string[] Remove) : Request;

    public sealed record ReprocessUser(string User) : Request;

    public sealed record ReprocessGroup(string Group) : Request;

    public sealed record Buy(string Subscription, string Sku, int Units, string Status) : Request
    {
        public bool Trial { get; init; }
    }

    public sealed record ChangeSubscription(string Subscription, int? Units, string? Status) : Request;

    public sealed record ImportDirectory(Line[] Lines) : Request;

    public sealed record Configure(bool EntraStrict, bool Independent) : Request;

    /// <summary>A policy on some connections, the first first, or on the Microsoft-hosted network.</summary>
    public sealed record CreatePolicy(string Policy, string Type, string[] Connections) : Request
    {
        /// <summary>Whether shared machines do not go back to a snapshot after each user.</summary>
        public bool KeepsProfiles { get; init; }

        /// <summary>What users of shared machines keep, in GB; 0 for nothing.</summary>
        public int StorageGB { get; init; }

        /// <summary>Whether users get apps and no desktop.</summary>
        public bool OnlyApps { get; init; }

        public string Region { get; init; } = Place.Usual;

        public bool SingleSignOn { get; init; }

        /// <summary>Whether users are administrators.</summary>
        public bool Administrators { get; init; }
    }

    public sealed record ChangePolicy(string Policy, string[] Connections) : Request
    {
        /// <summary>What users of shared machines keep, in GB; 0 for nothing, null for what it was.</summary>
        public int? StorageGB { get; init; }

        public string Region { get; init; } = Place.Usual;

        public bool SingleSignOn { get; init; }

        public bool Administrators { get; init; }
    }

    /// <summary>Brings settings, <c>region</c> and <c>singleSignOn</c>, to some Cloud PCs, or to all of the policy.</summary>
    public sealed record ApplyPolicy(string Policy, string[] Settings, int[] CloudPcs) : Request;

    public sealed record DeletePolicy(string Policy) : Request;

    public sealed record AssignPolicy(string Policy, Assigned[] To) : Request;

    public sealed record EndGrace(int CloudPc) : Request;

    public sealed record Reprovision(int CloudPc) : Request
    {
        /// <summary>Whether its user is to be an administrator; null for what the policy says.</summary>
        public bool? Administrator { get; init; }

        /// <summary>Whether the user asks, without an administrator's right.</summary>
        public bool Self { get; init; }
    }

    public sealed record Resize(int CloudPc, string Plan) : Request;

    public sealed record RenameCloudPc(int CloudPc, string Name) : Request;

    /// <summary>Back to the restore point that came by itself at a time.</summary>
    public sealed record RestoreCloudPc(int CloudPc, DateTimeOffset Point) : Request
    {
        public bool Self { get; init; }
    }

    /// <summary>Back to the restore point that was made by hand at a time.</summary>
    public sealed record RestoreManual(int CloudPc, DateTimeOffset Point) : Request;

    /// <summary>Back to what is kept of a Cloud PC that is gone.</summary>
    public sealed record RestoreRetained(int CloudPc, int Kept) : Request;

    /// <summary>A restore point by hand.</summary>
    public sealed record SnapshotCloudPc(int CloudPc) : Request;

    public sealed record RestartCloudPc(int CloudPc) : Request;

    public sealed record CreateConnection(string Connection) : Request
    {
        public string Region { get; init; } = Place.Usual;
    }

    /// <summary>The simulator finds a connection like this from now on, and looks at once.</summary>
    public sealed record SetConnectionHealth(string Connection, string Health) : Request;

    public sealed record ProvisionReserve(int CloudPc) : Request;

    public sealed record DeprovisionReserve(int CloudPc) : Request;

    public sealed record StartSession(string User, int CloudPc) : Request;

    public sealed record EndSession(int CloudPc) : Request;

    public sealed record DisconnectSession(int CloudPc) : Request;

    /// <summary>The simulator takes so long, and always fails in some kinds of jobs.</summary>
    public sealed record SetHost(int Minutes, string[] Failing) : Request
    {
        /// <summary>Whether an agent makes the machines.</summary>
        public bool Agent { get; init; }
    }

    /// <summary>An agent reports a job of a Cloud PC: <c>done</c>, <c>warning</c> or <c>failed</c>, for good or not.</summary>
    public sealed record ReportJob(int CloudPc, string Kind, int Attempt, DateTimeOffset Asked, string Outcome, bool Last) : Request
    {
        /// <summary>Why it failed, or what the warning is.</summary>
        public string? Error => Outcome == "done" ? null : "agentSaysSo";
    }

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

/// <summary>A group that a policy is assigned to, and a plan where the policy's type needs one.</summary>
public sealed record Assigned(string Group, string? Plan)
{
    /// <summary>The allotment, of Frontline.</summary>
    public int Licenses { get; init; }

    /// <summary>The plan of the group's assignment whose id is repeated; null for an entry without an id.</summary>
    public string? Was { get; init; }
}

/// <summary>Where machines stand.</summary>
public static class Place
{
    /// <summary>The region of who does not say where.</summary>
    public const string Usual = "eastus";
}

/// <summary>A plan that a SKU gains.</summary>
public sealed record NewPlan(string Sku, string Plan, string Name);

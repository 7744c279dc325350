using Berth.Engine.Collections;

namespace Berth.Engine;

/// <summary>The answer to a command.</summary>
public abstract record Decision
{
    private protected Decision()
    {
    }

    /// <summary>How often a membership rule was asked about a user on the way here.</summary>
    public long RuleEvaluations { get; init; }

    /// <summary>The command was refused; nothing changes.</summary>
    public sealed record Refused(Refusal Refusal) : Decision;

    /// <summary>The command was carried out.</summary>
    /// <param name="Next">The tenant afterwards; the same value when nothing changed.</param>
    /// <param name="Event">The journal entry; null when nothing changed.</param>
    public sealed record Accepted(Tenant Next, TenantEvent? Event) : Decision
    {
        /// <summary>For a reprocess of a user: the first error that remains (L67). The command still happened.</summary>
        public Refusal? Remaining { get; init; }

        /// <summary>For an import: the lines that were not taken.</summary>
        public ValueArray<LineRefusal> Lines { get; init; }
    }
}

/// <summary>A line of an import that was not taken.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Refusal">Why.</param>
public sealed record LineRefusal(int Line, Refusal Refusal);

/// <summary>What a decision needs beside the tenant and the command.</summary>
/// <param name="Now">The system's time; the tenant's clock makes the tenant's time of it.</param>
/// <param name="Actor">Who acts.</param>
public readonly record struct DecisionContext(DateTimeOffset Now, Actor Actor);

namespace Berth.Portal.Settings;

/// <summary>A fault on purpose (docs/how-to/faults.md). What is null is left to its default and not sent.</summary>
public sealed record Fault
{
    /// <summary>Where they are.</summary>
    public const string Address = "berth/v1/faults";

    /// <summary>The fault's id.</summary>
    public string? Id { get; init; }

    /// <summary>What it does.</summary>
    public required string Kind { get; init; }

    /// <summary>Which requests, as method and path.</summary>
    public string? Route { get; init; }

    /// <summary>In a batch, outside of one, or both.</summary>
    public string? Scope { get; init; }

    /// <summary>The share of them that it strikes.</summary>
    public double? Probability { get; init; }

    /// <summary>How many it leaves alone first.</summary>
    public int? Skip { get; init; }

    /// <summary>How many it strikes at most.</summary>
    public int? Count { get; init; }

    /// <summary>Which of them.</summary>
    public int? Seed { get; init; }

    /// <summary>Of <c>throttle</c> and <c>error</c>: the status.</summary>
    public int? Status { get; init; }

    /// <summary>Of some kinds: the seconds to wait.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Of <c>error</c> and <c>drop</c>: before or after it happened.</summary>
    public string? Moment { get; init; }

    /// <summary>Of <c>delay</c>: how long.</summary>
    public string? Delay { get; init; }

    /// <summary>Of <c>eventualConsistency</c>: which reads.</summary>
    public string? Reads { get; init; }

    /// <summary>Of <c>eventualConsistency</c>: how many states behind at most.</summary>
    public int? Versions { get; init; }

    /// <summary>Of <c>eventualConsistency</c>: how long ago at most.</summary>
    public string? Window { get; init; }

    /// <summary>Of <c>throttleModel</c>: the units of an application in ten seconds.</summary>
    public int? ResourceUnits { get; init; }

    /// <summary>Of <c>throttleModel</c>: the writes of an application in 150 seconds.</summary>
    public int? Writes { get; init; }

    /// <summary>How many requests it looked at.</summary>
    public int? Matched { get; init; }

    /// <summary>How many it struck.</summary>
    public int? Fired { get; init; }
}

using Berth.Engine.Alerts;

namespace Berth.Graph.Telling;

/// <summary>Who is told of a tenant's alerts: a webhook or a mailbox (B790).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What administrators call it; null for nothing.</param>
/// <param name="Url">The webhook; null for a mailbox.</param>
/// <param name="Secret">What messages to the webhook are signed with; null for a mailbox. It is shown once and never logged.</param>
/// <param name="Address">The mailbox; null for a webhook.</param>
/// <param name="Kinds">What is told to it, at least one kind.</param>
/// <param name="Thresholds">From when on.</param>
/// <param name="CreatedAt">When it was made, in real time.</param>
public sealed record AlertListener(
    Guid Id, string? Name, string? Url, string? Secret, string? Address, IReadOnlyList<AlertKind> Kinds, AlertThresholds Thresholds, DateTimeOffset CreatedAt)
{
    /// <summary>Given for a receiver of the channel <c>email</c> of one of Graph's rules, which is told of that rule's alerts and of nothing else (B795).</summary>
    public AlertTemplate? OnlyRule { get; init; }

    /// <summary>Where it is, as everybody may know it who reads the history: the rest of a webhook's address can be a secret (B753).</summary>
    public string Place() => Url is { } url ? new Uri(url).Authority : Address ?? "";
}

/// <summary>What a receiver was told of an alert (B791).</summary>
/// <param name="Alert">The alert as it was told last.</param>
/// <param name="BegunAt">When its beginning was told, in real time.</param>
/// <param name="ToldAt">When something of it was told last.</param>
/// <param name="Reminders">How often was told that it is still so.</param>
/// <param name="GoneSince">Since when it is not so any more, while its end was not told.</param>
/// <param name="IsOver">Whether its end was told.</param>
public sealed record ToldAlert(ActiveAlert Alert, DateTimeOffset BegunAt, DateTimeOffset ToldAt, int Reminders, DateTimeOffset? GoneSince, bool IsOver);

/// <summary>How telling a receiver went, for administrators. It lies in memory.</summary>
/// <param name="TakenAt">When it last took a message, in real time; null when it took none since the start.</param>
/// <param name="Problem">Why the last message was not taken, without anything secret; null when it was, or none was sent.</param>
/// <param name="TestedAt">When it was last tested.</param>
public sealed record ListenerStanding(DateTimeOffset? TakenAt, string? Problem, DateTimeOffset? TestedAt)
{
    /// <summary>Nothing was sent yet.</summary>
    public static ListenerStanding Unknown { get; } = new(null, null, null);
}

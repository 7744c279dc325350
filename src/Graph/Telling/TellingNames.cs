using Berth.Engine.Alerts;

namespace Berth.Graph.Telling;

/// <summary>How alerts that are told spell what they are (B789, B791).</summary>
internal static class TellingNames
{
    /// <summary>The kinds by their names on the wire.</summary>
    public static Dictionary<string, AlertKind> Kinds { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["poolExhausted"] = AlertKind.PoolExhausted,
        ["poolWaiting"] = AlertKind.PoolWaiting,
        ["bufferInUse"] = AlertKind.BufferInUse,
        ["bufferBlocked"] = AlertKind.BufferBlocked,
        ["cloudPcRule"] = AlertKind.CloudPcRule,
    };

    /// <summary>The name of a kind.</summary>
    public static string Of(AlertKind kind) => Kinds.First(one => one.Value == kind).Key;

    /// <summary>The name of a severity, as Graph spells it.</summary>
    public static string Of(AlertSeverity severity) => Alerts.AlertNames.Of(Alerts.AlertNames.Severities, severity);

    /// <summary>What is told.</summary>
    public static string Of(NoticeStatus status) => status switch
    {
        NoticeStatus.Began => "began",
        NoticeStatus.Worsened => "worsened",
        NoticeStatus.Reminder => "reminder",
        NoticeStatus.Ended => "ended",
        NoticeStatus.Test => "test",
    };
}

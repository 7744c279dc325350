using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.Frontline;

/// <summary>How the licenses of a size stand.</summary>
public sealed record FrontlinePool(
    Guid ServicePlanId,
    string DisplayName,
    int Licenses,
    int Units,
    int UsedUnits,
    int Limit,
    int Taken,
    int SharedSessions,
    IReadOnlyList<PoolAssignment> Assignments,
    PoolBuffer Buffer,
    int WaitingCount,
    IReadOnlyList<PoolWaiting>? Waiting)
{
    /// <summary>Where they are.</summary>
    public const string Root = "berth/v1/frontline";

    /// <summary>Whether everything is given that there is.</summary>
    public bool IsFull => Taken >= Limit && Limit > 0;
}

/// <summary>A group's share.</summary>
public sealed record PoolAssignment(string Id, string? DisplayName, string ProvisioningPolicyId, string ProvisioningType, Guid GroupId, int Licenses, int CloudPcs, int Taken);

/// <summary>The concurrency buffer of a size.</summary>
public sealed record PoolBuffer(string State, int? Excess, int UsesWithinDay, int OverrunsWithinDay, DateTimeOffset? InUseSince, DateTimeOffset? BlockedUntil)
{
    /// <summary>Whether an administrator has to lift a block, or time does.</summary>
    public bool IsBlocked => State is "blocked" or "permanentlyBlocked";

    /// <summary>How it is, in words.</summary>
    public string Words => State switch
    {
        "notAvailable" => "None: sizes with graphics have no buffer",
        "available" => "Available",
        "inUse" => InUseSince is { } since ? $"In use since {Moment(since)}, for an hour" : "In use",
        "usedUp" => "Used up: four times in 24 hours",
        "blocked" => BlockedUntil is { } until ? $"Blocked until {Moment(until)}" : "Blocked",
        "permanentlyBlocked" => "Blocked until it is unblocked",
        _ => State,
    };

    private static string Moment(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC";
}

/// <summary>Somebody, or a shared Cloud PC, that waits.</summary>
public sealed record PoolWaiting(int Place, Guid CloudPcId, string? UserId, string? AssignmentId, DateTimeOffset Since);

/// <summary>The list of pools.</summary>
public sealed record PoolList(IReadOnlyList<FrontlinePool> Value);

/// <summary>Somebody at work.</summary>
public sealed record PoolSession(Guid Id, Guid CloudPcId, string? AssignmentId, string UserId, DateTimeOffset StartedDateTime, DateTimeOffset? DisconnectedDateTime, bool UsesBuffer);

/// <summary>The report of connections that were refused for want of a license is asked so.</summary>
public sealed record RefusalQuestion(string ReportName, IReadOnlyList<string> Select, IReadOnlyList<string> OrderBy, int Top);

/// <summary>What it answers: each row has the values in the order that was asked for.</summary>
public sealed record RefusalReport(
    [property: JsonPropertyName("TotalRowCount")] int TotalRowCount,
    [property: JsonPropertyName("Values")] IReadOnlyList<IReadOnlyList<string?>> Values);

/// <summary>Somebody who was refused.</summary>
public sealed record Refusal(DateTimeOffset At, string? User, string? Size);

/// <summary>A request without a body.</summary>
public sealed record NoBody;

/// <summary>Somebody's name.</summary>
public sealed record PoolUser(string Id, string DisplayName);

/// <summary>What a simulation is asked.</summary>
public sealed record ShiftQuestion(int Seed, string Start, int Days, int? Licenses, IReadOnlyList<ShiftPattern> Patterns, IReadOnlyList<ShiftPeople> People, string Plot);

/// <summary>When people work.</summary>
public sealed record ShiftPattern(string Name, IReadOnlyList<string>? Days, string Start, string End, int ArriveJitterMinutes, int LeaveJitterMinutes, int AttendancePercent);

/// <summary>How many work so.</summary>
public sealed record ShiftPeople(string Pattern, int Count);

/// <summary>What a simulation answers.</summary>
public sealed record ShiftResult(int People, int Peak, int Smallest, IReadOnlyList<ShiftRun> Runs, string? Plot);

/// <summary>How a number of licenses did.</summary>
public sealed record ShiftRun(string Role, int Licenses, int Refusals, int RefusalsWithoutCloudPc, IReadOnlyList<DateTime>? BufferUses, IReadOnlyList<DateTime>? Overruns, IReadOnlyList<DateTime>? Blocks);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PoolList))]
[JsonSerializable(typeof(FrontlinePool))]
[JsonSerializable(typeof(GraphPage<PoolSession>))]
[JsonSerializable(typeof(GraphPage<PoolUser>))]
[JsonSerializable(typeof(RefusalQuestion))]
[JsonSerializable(typeof(RefusalReport))]
[JsonSerializable(typeof(NoBody))]
[JsonSerializable(typeof(ShiftQuestion))]
[JsonSerializable(typeof(ShiftResult))]
internal sealed partial class FrontlineJson : JsonSerializerContext;

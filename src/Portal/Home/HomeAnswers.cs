using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.Home;

/// <summary>How many Cloud PCs stand how.</summary>
public sealed record StatusCount(string Status, int Count);

/// <summary>A Cloud PC whose grace period runs.</summary>
public sealed record EndingGrace(Guid Id, string? DisplayName, string? ManagedDeviceName, string? UserPrincipalName, DateTimeOffset GracePeriodEndDateTime);

/// <summary>An operation, newest first.</summary>
public sealed record RecentOperation(string Id, DateTimeOffset At, OperationActor Actor, string Kind);

/// <summary>Who did it.</summary>
public sealed record OperationActor(string Kind, string? DisplayName);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<StatusCount>))]
[JsonSerializable(typeof(GraphPage<EndingGrace>))]
[JsonSerializable(typeof(GraphPage<RecentOperation>))]
internal sealed partial class HomeJson : JsonSerializerContext;

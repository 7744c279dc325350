using System.Text.Json.Serialization;
using Berth.Portal.CloudPcs;
using Berth.Portal.Graph;

namespace Berth.Portal.Home;

/// <summary>A Cloud PC whose grace period runs.</summary>
public sealed record EndingGrace(Guid Id, string? DisplayName, string? ManagedDeviceName, string? UserPrincipalName, DateTimeOffset GracePeriodEndDateTime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<StatusCount>))]
[JsonSerializable(typeof(GraphPage<EndingGrace>))]
internal sealed partial class HomeJson : JsonSerializerContext;

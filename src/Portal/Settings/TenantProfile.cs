using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.Settings;

/// <summary>The tenant, as Graph tells it.</summary>
public sealed record TenantProfile(Guid Id, string DisplayName, string? CountryLetterCode, DateTimeOffset? CreatedDateTime, IReadOnlyList<TenantDomain> VerifiedDomains);

/// <summary>A domain of the tenant.</summary>
public sealed record TenantDomain(string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GraphPage<TenantProfile>))]
[JsonSerializable(typeof(TenantBehavior))]
[JsonSerializable(typeof(TenantClock))]
[JsonSerializable(typeof(ClockChange))]
[JsonSerializable(typeof(GraphPage<EndingGrace>))]
[JsonSerializable(typeof(ApplicationList))]
[JsonSerializable(typeof(Application))]
[JsonSerializable(typeof(NewApplication))]
[JsonSerializable(typeof(GraphPage<Fault>))]
[JsonSerializable(typeof(Fault))]
[JsonSerializable(typeof(NoBody))]
internal sealed partial class SettingsJson : JsonSerializerContext;

/// <summary>A request without a body.</summary>
public sealed record NoBody;

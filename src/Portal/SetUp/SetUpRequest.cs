using System.Text.Json.Serialization;

namespace Berth.Portal.SetUp;

/// <summary>What set-up asks for.</summary>
internal sealed record SetUpRequest(string Code, string DisplayName, string Domain, string Country, SetUpAdministrator Administrator);

/// <summary>The first person, who administers the tenant.</summary>
internal sealed record SetUpAdministrator(string UserPrincipalName, string Password);

/// <summary>What was made.</summary>
internal sealed record SetUpAnswer(Guid TenantId, Guid ClientId, string ClientSecret);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SetUpRequest))]
[JsonSerializable(typeof(SetUpAnswer))]
internal sealed partial class SetUpJson : JsonSerializerContext;

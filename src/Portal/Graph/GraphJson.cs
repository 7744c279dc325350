using System.Text.Json.Serialization;

namespace Berth.Portal.Graph;

/// <summary>Graph's error object.</summary>
public sealed record GraphErrorAnswer(GraphErrorBody? Error);

/// <summary>What is in it.</summary>
public sealed record GraphErrorBody(string? Code, string? Message, GraphInnerError? InnerError, IReadOnlyList<GraphErrorDetail>? Details = null);

/// <summary>What exactly it is about: of a list of changes, which one.</summary>
public sealed record GraphErrorDetail(string? Code, string? Message, string? Target);

/// <summary>The one reason, and what the server's log calls the request.</summary>
public sealed record GraphInnerError(string? Code, [property: JsonPropertyName("request-id")] string? RequestId);

/// <summary>The tenant.</summary>
public sealed record Organization(Guid Id, string DisplayName);

/// <summary>A SKU that the tenant owns.</summary>
public sealed record SubscribedSku(Guid SkuId, string SkuPartNumber, int ConsumedUnits, PrepaidUnits PrepaidUnits, IReadOnlyList<ServicePlan> ServicePlans);

/// <summary>Units by their state.</summary>
public sealed record PrepaidUnits(int Enabled, int Suspended, int Warning);

/// <summary>A service plan of a SKU.</summary>
public sealed record ServicePlan(Guid ServicePlanId, string ServicePlanName, string? AppliesTo)
{
    /// <summary>Whether it can be switched for a user; the others belong to the company.</summary>
    public bool IsOfUser => AppliesTo != "Company";
}

/// <summary>What several pages read. A page that reads more has a context of its own beside it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GraphErrorAnswer))]
[JsonSerializable(typeof(GraphPage<Organization>))]
[JsonSerializable(typeof(GraphPage<SubscribedSku>))]
[JsonSerializable(typeof(Counted))]
[JsonSerializable(typeof(PlanRequest))]
[JsonSerializable(typeof(PlanAnswer))]
[JsonSerializable(typeof(ApplyRequest))]
[JsonSerializable(typeof(Operation))]
internal sealed partial class GraphJson : JsonSerializerContext;

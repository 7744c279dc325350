using System.Text.Json.Serialization;
using Berth.Portal.Graph;
using Berth.Portal.Users;

namespace Berth.Portal.Bulk;

/// <summary>Somebody on a list, as far as licenses are concerned.</summary>
public sealed record ListedPerson(
    Guid Id, string UserPrincipalName, string? UsageLocation, string? Mail, string? EmployeeId, IReadOnlyList<AssignmentState>? LicenseAssignmentStates)
{
    /// <summary>What is asked for.</summary>
    public const string Selected = "id,userPrincipalName,usageLocation,mail,employeeId,licenseAssignmentStates";

    /// <summary>The direct license of a SKU, or null.</summary>
    public AssignmentState? Direct(Guid sku) => States.FirstOrDefault(state => state.SkuId == sku && state.AssignedByGroup is null);

    /// <summary>The groups that give a SKU now.</summary>
    public Guid[] GivenBy(Guid sku) => [.. States.Where(state => state.SkuId == sku && IsApplied(state)).Select(state => state.AssignedByGroup).OfType<Guid>()];

    /// <summary>Whether a seat of a SKU is taken by this person now, on whatever way.</summary>
    public bool Holds(Guid sku) => States.Any(state => state.SkuId == sku && IsApplied(state));

    /// <summary>The SKUs that are assigned directly.</summary>
    public IEnumerable<Guid> DirectSkus => States.Where(state => state.AssignedByGroup is null).Select(state => state.SkuId);

    private IReadOnlyList<AssignmentState> States => LicenseAssignmentStates ?? [];

    private static bool IsApplied(AssignmentState state) => state.State is "Active" or "ActiveWithError";
}

/// <summary>A request of a <c>$batch</c>.</summary>
public sealed record BatchedRequest(string Id, string Method, string Url);

/// <summary>What <c>$batch</c> is asked.</summary>
public sealed record BatchRequest(IReadOnlyList<BatchedRequest> Requests);

/// <summary>What it answers.</summary>
public sealed record BatchAnswer(IReadOnlyList<BatchedAnswer> Responses);

/// <summary>The answer to one of its requests.</summary>
public sealed record BatchedAnswer(string Id, int Status, PersonOrError? Body);

/// <summary>A person, or why there is none.</summary>
public sealed record PersonOrError(
    Guid Id, string? UserPrincipalName, string? UsageLocation, string? Mail, string? EmployeeId, IReadOnlyList<AssignmentState>? LicenseAssignmentStates, GraphErrorBody? Error)
{
    /// <summary>The person.</summary>
    public ListedPerson Person => new(Id, UserPrincipalName ?? "", UsageLocation, Mail, EmployeeId, LicenseAssignmentStates);
}

/// <summary>A SKU of Berth's catalog, which knows product names.</summary>
public sealed record CatalogSku(Guid SkuId, string SkuPartNumber, string ProductName);

/// <summary>An operation with its time.</summary>
public sealed record ListOperation(string Id, DateTimeOffset At, string State, OperationProgress? Progress, IReadOnlyList<OperationRow>? Results, [property: JsonPropertyName("@odata.nextLink")] string? NextLink);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<ListedPerson>))]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(GraphPage<CatalogSku>))]
[JsonSerializable(typeof(ListOperation))]
[JsonSerializable(typeof(KeptList))]
internal sealed partial class BulkJson : JsonSerializerContext;

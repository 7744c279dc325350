using System.Text.Json.Serialization;

namespace Berth.CommandLine.Client;

/// <summary>A SKU of the tenant, for programs. Free is what can still be assigned; it is below zero after a shrink.</summary>
internal sealed record SkuAnswer(
    Guid SkuId, string SkuPartNumber, string ProductName, string? Status, int Enabled, int Warning, int Suspended, int LockedOut, int Assigned, int Free);

/// <summary>A list of SKUs.</summary>
internal sealed record SkuListAnswer(IReadOnlyList<SkuAnswer> Value);

/// <summary>A license from one source, for programs.</summary>
internal sealed record LicenseAnswer(
    Guid SkuId,
    string SkuPartNumber,
    string ProductName,
    string Source,
    Guid? GroupId,
    string? GroupName,
    string State,
    string Error,
    IReadOnlyList<PlanAnswer> DisabledPlans);

/// <summary>A service plan, for programs.</summary>
internal sealed record PlanAnswer(Guid ServicePlanId, string ServicePlanName);

/// <summary>A Cloud PC, for programs.</summary>
internal sealed record CloudPcAnswer(
    Guid Id, string? DisplayName, string? UserPrincipalName, string? Status, string? ServicePlanName, string? ProvisioningType, DateTimeOffset? GracePeriodEndDateTime);

/// <summary>A list of Cloud PCs.</summary>
internal sealed record CloudPcListAnswer(IReadOnlyList<CloudPcAnswer> Value);

/// <summary>A user's licenses.</summary>
internal sealed record UserAnswer(Guid Id, string? UserPrincipalName, string? DisplayName, string? UsageLocation, IReadOnlyList<LicenseAnswer> Licenses);

/// <summary>A group's licenses, how far its members are processed, and how many of them lack what the group wants for them.</summary>
internal sealed record GroupAnswer(
    Guid Id, string? DisplayName, string? ProcessingState, int MembersInError, IReadOnlyList<GroupLicenseAnswer> Licenses);

/// <summary>A license of a group.</summary>
internal sealed record GroupLicenseAnswer(Guid SkuId, string SkuPartNumber, string ProductName, IReadOnlyList<PlanAnswer> DisabledPlans);

/// <summary>A SKU of Berth's catalog.</summary>
internal sealed record CatalogSkuAnswer(Guid SkuId, string SkuPartNumber, string ProductName, IReadOnlyList<CatalogPlanAnswer> ServicePlans);

/// <summary>A plan of Berth's catalog.</summary>
internal sealed record CatalogPlanAnswer(Guid ServicePlanId, string ServicePlanName, string FriendlyName);

/// <summary>Berth's catalog.</summary>
internal sealed record CatalogAnswer(IReadOnlyList<CatalogSkuAnswer> Value);

/// <summary>The rows of an import, and what the catalog holds after it.</summary>
internal sealed record CatalogImportAnswer(int Rows, int Skus, int ServicePlans);

/// <summary>What became of a list. Left are rows that were not reached, left alone those whom the job does not concern; accepted, and the run, are of a tenant that was added (B579).</summary>
internal sealed record BulkAnswer(
    string Csv,
    bool DryRun,
    int Rows,
    int Changed,
    int Already,
    int Duplicate,
    int Failed,
    int LeftAlone,
    int Accepted,
    int Left,
    double Seconds,
    string? ResultFile,
    string? Run,
    IReadOnlyList<BulkRowAnswer> Details);

/// <summary>What became of a row; of a run only those that failed are told one by one, the result file tells all.</summary>
internal sealed record BulkRowAnswer(int Line, string User, string Outcome, string? Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SkuListAnswer))]
[JsonSerializable(typeof(CloudPcListAnswer))]
[JsonSerializable(typeof(UserAnswer))]
[JsonSerializable(typeof(GroupAnswer))]
[JsonSerializable(typeof(CatalogAnswer))]
[JsonSerializable(typeof(CatalogImportAnswer))]
[JsonSerializable(typeof(BulkAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;

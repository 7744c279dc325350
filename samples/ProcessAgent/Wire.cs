using System.Text.Json.Serialization;

namespace ProcessAgent;

/// <summary>What the agent sends to claim jobs.</summary>
internal sealed record ClaimRequest(string Agent, int Max, int LeaseSeconds);

/// <summary>The jobs it got.</summary>
internal sealed record ClaimAnswer(IReadOnlyList<Job> Value);

/// <summary>A job with the lease under which the agent holds it.</summary>
internal sealed record Job(Guid Id, Guid LeaseId, string Kind, int Attempt)
{
    /// <summary>The machine meant; null for the check of a network connection.</summary>
    public CloudPc? CloudPc { get; init; }

    /// <summary>The restore point, for <c>snapshot</c>, <c>restore</c> and <c>deleteSnapshot</c>; for <c>deprovision</c> what is to be kept of the machine.</summary>
    public Snapshot? Snapshot { get; init; }
}

/// <summary>A Cloud PC as it shall be when the job is done.</summary>
internal sealed record CloudPc(Guid Id)
{
    /// <summary>What people call it.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Its owner.</summary>
    public string? UserPrincipalName { get; init; }

    /// <summary>Its size, by name.</summary>
    public string? ServicePlanName { get; init; }

    /// <summary>Virtual processors.</summary>
    public int VCpus { get; init; }

    /// <summary>Memory.</summary>
    [JsonPropertyName("memoryGB")]
    public int MemoryGB { get; init; }

    /// <summary>Disk.</summary>
    [JsonPropertyName("diskGB")]
    public int DiskGB { get; init; }

    /// <summary>What it is made from.</summary>
    public string? ImageId { get; init; }

    /// <summary>Where it is.</summary>
    public string? RegionName { get; init; }
}

/// <summary>A restore point.</summary>
internal sealed record Snapshot(string Id)
{
    /// <summary>For <c>snapshot</c>: the other restore points that the machine still has.</summary>
    public IReadOnlyList<string>? Keep { get; init; }
}

/// <summary>The agent still works on a job.</summary>
internal sealed record ProgressReport(Guid LeaseId, int Percent, string? Message);

/// <summary>A job is done.</summary>
internal sealed record DoneReport(Guid LeaseId)
{
    /// <summary>For the check of a connection: what was found.</summary>
    public IReadOnlyList<CheckResult>? Checks { get; init; }

    /// <summary>What is not as it should be although the job is done.</summary>
    public Warning? Warning { get; init; }
}

/// <summary>Something that is not as it should be.</summary>
internal sealed record Warning(string Code, string Message);

/// <summary>One check of a connection.</summary>
internal sealed record CheckResult(string DisplayName, string Status, string? AdditionalDetail);

/// <summary>A job did not work.</summary>
internal sealed record FailedReport(Guid LeaseId, string Code, string Message, bool Retriable);

/// <summary>An answer of the token endpoint.</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary>An error of Berth.</summary>
internal sealed record ErrorAnswer(Error Error);

/// <summary>What it says.</summary>
internal sealed record Error(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(ProgressReport))]
[JsonSerializable(typeof(DoneReport))]
[JsonSerializable(typeof(FailedReport))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(MachineRecord))]
[JsonSerializable(typeof(RunningRecord))]
internal sealed partial class Json : JsonSerializerContext;

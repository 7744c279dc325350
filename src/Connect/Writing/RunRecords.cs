using System.Text.Json.Serialization;

namespace Berth.Connect.Writing;

/// <summary>What a run is about: the first thing that is said of it.</summary>
/// <param name="Version">The version of the folder's format.</param>
/// <param name="Id">The run.</param>
/// <param name="TenantId">The tenant that Graph named, and a person confirmed.</param>
/// <param name="TenantName">Its display name.</param>
/// <param name="Domain">The verified domain that was confirmed.</param>
/// <param name="Graph">Where it is.</param>
/// <param name="StartedAt">When.</param>
/// <param name="Calls">How many calls it has.</param>
/// <param name="Rows">How many rows they carry.</param>
/// <param name="About">What a list wants for each of its users, in words: only the same goes on with the list. Null for changes (B579).</param>
public sealed record RunHead(
    int Version,
    [property: JsonRequired] string Id,
    Guid TenantId,
    [property: JsonRequired] string TenantName,
    [property: JsonRequired] string Domain,
    [property: JsonRequired] Uri Graph,
    DateTimeOffset StartedAt, int Calls, int Rows, string? About = null);

/// <summary>What became of a row (B575).</summary>
public enum RowFate
{
    /// <summary>The run has not come to it, or held it back: nothing was asked.</summary>
    Left,

    /// <summary>It was seen in the tenant.</summary>
    Applied,

    /// <summary>Graph took it, and it was not seen yet.</summary>
    Accepted,

    /// <summary>Graph refused it, or could not give what was asked.</summary>
    Failed,
}

/// <summary>One line of a run's progress: exactly one of its sentences is there.</summary>
internal sealed record ProgressLine
{
    /// <summary>These calls are going out now; whoever finds no answer to one must look in the tenant first.</summary>
    public IReadOnlyList<string>? Begin { get; init; }

    /// <summary>The call that was answered.</summary>
    public string? Call { get; init; }

    /// <summary>The status of the answer; 0 when it was lost and the tenant was seen to be as wanted.</summary>
    public int? Status { get; init; }

    /// <summary>Graph's code of a refusal.</summary>
    public string? Code { get; init; }

    /// <summary>Its finer code, where it has one: Berth's has, Microsoft's has not.</summary>
    public string? InnerCode { get; init; }

    /// <summary>Graph's words of a refusal, or why a row failed.</summary>
    public string? Message { get; init; }

    /// <summary>The row whose fate is settled.</summary>
    public int? Row { get; init; }

    /// <summary>Its fate.</summary>
    public RowFate? Fate { get; init; }
}

/// <summary>An answer that is known.</summary>
/// <param name="Status">The status; 0 when it was lost and the tenant was seen to be as wanted.</param>
/// <param name="Code">Graph's code of a refusal.</param>
/// <param name="Message">Its words.</param>
/// <param name="InnerCode">Its finer code, where it has one.</param>
public sealed record KnownAnswer(int Status, string? Code, string? Message, string? InnerCode = null)
{
    /// <summary>Whether it was done.</summary>
    public bool IsDone => Status is 0 or (>= 200 and < 300);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunHead))]
[JsonSerializable(typeof(PlannedCall))]
[JsonSerializable(typeof(ProgressLine))]
internal sealed partial class RunJson : JsonSerializerContext;

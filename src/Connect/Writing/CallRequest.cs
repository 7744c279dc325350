using System.Text;
using System.Text.Json;

namespace Berth.Connect.Writing;

/// <summary>A wish as Graph takes it: a pure function, so that a run keeps wishes and no requests.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the version.</param>
/// <param name="Body">The JSON body; null for none.</param>
public sealed record CallRequest(HttpMethod Method, string Path, string? Body)
{
    private const string VirtualEndpoint = "/deviceManagement/virtualEndpoint";

    /// <summary>The version that it is asked of: allotments of Frontline are in beta only (protocol 3.4; B537).</summary>
    public string Version { get; init; } = "/v1.0";

    /// <summary>The request for the wishes of one call.</summary>
    /// <param name="wishes">One wish, or members of one group.</param>
    /// <param name="graph">The Graph's address with its version, which references to objects begin with.</param>
    public static CallRequest Of(IReadOnlyList<Wish> wishes, string graph) => wishes[0] switch
    {
        Wish.UserLicense one => new(HttpMethod.Post, $"/users/{one.UserId}/assignLicense", Licenses(one.Add, one.Remove)),
        Wish.GroupLicense one => new(HttpMethod.Post, $"/groups/{one.GroupId}/assignLicense", Licenses(one.Add, one.Remove)),
        Wish.Member one => new(HttpMethod.Patch, $"/groups/{one.GroupId}", Members(wishes, graph)),
        Wish.NoMember one => new(HttpMethod.Delete, $"/groups/{one.GroupId}/members/{one.MemberId}/$ref", null),
        Wish.Properties one => new(HttpMethod.Patch, $"/users/{one.UserId}", one.Set.GetRawText()),
        Wish.ReportsTo one => new(HttpMethod.Put, $"/users/{one.UserId}/manager/$ref", Write(json => json.WriteString("@odata.id", $"{graph}/users/{one.ManagerId}"))),
        Wish.Policy one => new(HttpMethod.Post, $"{VirtualEndpoint}/provisioningPolicies/{one.PolicyId}/assign", Assignments(one.Assignments)) { Version = "/beta" },
        Wish.CloudPcAction one => new(HttpMethod.Post, $"{VirtualEndpoint}/cloudPCs/{one.CloudPcId}/{one.Action}", Argument(one)),
        Wish.NoUser one => new(HttpMethod.Delete, $"/users/{one.UserId}", null),
        _ => throw new InvalidOperationException($"Nobody has said how {wishes[0].GetType().Name} is asked for."),
    };

    private static string Licenses(IReadOnlyList<WantedLicense> add, IReadOnlyList<Guid> remove) => Write(json =>
    {
        json.WriteStartArray("addLicenses");
        foreach (WantedLicense license in add)
        {
            json.WriteStartObject();
            json.WriteString("skuId", license.SkuId);
            Ids(json, "disabledPlans", license.DisabledPlans);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Ids(json, "removeLicenses", remove);
    });

    private static string Members(IReadOnlyList<Wish> wishes, string graph) => Write(json =>
    {
        json.WriteStartArray("members@odata.bind");
        foreach (Wish wish in wishes)
        {
            json.WriteStringValue($"{graph}/directoryObjects/{wish.Subject}");
        }

        json.WriteEndArray();
    });

    private static string Assignments(IReadOnlyList<WantedAssignment> assignments) => Write(json =>
    {
        json.WriteStartArray("assignments");
        foreach (WantedAssignment one in assignments)
        {
            json.WriteStartObject();
            if (one.Id is not null)
            {
                json.WriteString("id", one.Id);
            }

            json.WriteStartObject("target");
            json.WriteString("@odata.type", "#microsoft.graph.cloudPcManagementGroupAssignmentTarget");
            json.WriteString("groupId", one.GroupId);
            if (one.ServicePlanId is { } plan)
            {
                json.WriteString("servicePlanId", plan);
            }

            if (one.AllotmentName is { } name)
            {
                json.WriteString("allotmentDisplayName", name);
            }

            if (one.AllotmentLicenses is { } licenses)
            {
                json.WriteNumber("allotmentLicensesCount", licenses);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string? Argument(Wish.CloudPcAction action) => (action.Action, action.Argument) switch
    {
        ("resize", { } plan) => Write(json => json.WriteString("targetServicePlanId", plan)),
        ("restore", { } snapshot) => Write(json => json.WriteString("cloudPcSnapshotId", snapshot)),
        ("reprovision", _) => "{}",
        _ => null,
    };

    private static void Ids(Utf8JsonWriter json, string name, IReadOnlyList<Guid> ids)
    {
        json.WriteStartArray(name);
        foreach (Guid id in ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }

    private static string Write(Action<Utf8JsonWriter> content)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Creating, changing, assigning, applying, retrying and deleting provisioning policies (C137 to C158, B406, B435).</summary>
internal static class PolicyWrites
{
    private const string One = PolicyReads.Path + "/{policy}";

    private static readonly Dictionary<string, AppliedSetting> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["region"] = AppliedSetting.Region,
        ["singleSignOn"] = AppliedSetting.SingleSignOn,
    };

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, PolicyReads.Path, CloudPcAccess.Write, Create),
        new(GraphMethod.Patch, One, CloudPcAccess.Write, Change),
        new(GraphMethod.Delete, One, CloudPcAccess.Write, Delete),
        new(GraphMethod.Post, One + "/assign", CloudPcAccess.Write, Assign),
        new(GraphMethod.Post, One + "/apply", CloudPcAccess.Write, static (_, request, keys) => Apply(request, keys, toAll: true)) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, One + "/applyConfig", CloudPcAccess.Write, static (_, request, keys) => Apply(request, keys, toAll: false)) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, One + "/retry", CloudPcAccess.Write, Retry) { Versions = RouteVersions.Beta, Body = RouteBody.None },
    ];

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        PolicyBody.Resource,
        (read, body) => PolicyBody.ReadNew(read, body, Guid.NewGuid(), request.Caller.Actor.DisplayName),
        policy => request.Submit(policy.DisplayName, new Command.CreatePolicy(policy), accepted => PolicyReads.Written(accepted.Next, request, policy.Id, 201)));

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return PolicyRow.Find(tenant, request, key) is { Policy: { } before }
            ? request.Reading(
                PolicyBody.Resource,
                (read, body) => PolicyBody.Read(read, body, before) with { ModifiedBy = request.Caller.Actor.DisplayName },
                after => request.Submit(key, new Command.UpdatePolicy(after) { Basis = before }, accepted => PolicyReads.Written(accepted.Next, request, before.Id, 200)))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static Handling Delete(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return Guid.TryParse(key, out Guid id)
            ? request.Submit(key, new Command.DeletePolicy(id), static _ => GraphResponse.Empty())
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static Handling Assign(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return Guid.TryParse(key, out Guid id)
            ? request.Reading(PolicyBody.Resource, AssignmentBody.Read, assignments => Empty(request, new Command.AssignPolicy(id, assignments)))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static Handling Retry(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return Guid.TryParse(key, out Guid id)
            ? request.Submit(key, new Command.RetryPolicy(id), static _ => GraphResponse.Empty(202))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    // apply is for all Cloud PCs of the policy, applyConfig for those that it names (C154).
    private static Handling Apply(GraphRequest request, RouteKeys keys, bool toAll)
    {
        string key = keys.First;
        return Guid.TryParse(key, out Guid id)
            ? request.Reading(PolicyBody.Resource, (read, body) => ReadApply(read, body, toAll), wanted => Empty(request, wanted.For(id)))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static Applied ReadApply(BodyReader read, JsonElement body, bool toAll)
    {
        int? kept = null;
        bool signsOut = false;
        ValueArray<AppliedSetting> settings = [];
        ValueArray<Guid> cloudPcs = [];
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "POLICYSETTINGS":
                    settings = ReadSettings(read, value, name);
                    break;
                case "RESERVEPERCENTAGE" when toAll:
                    kept = value.ValueKind == JsonValueKind.Null ? null : read.Whole(value, name, int.MinValue, int.MaxValue);
                    break;
                case "ISFORCEUSERLOGOFFENABLED" when toAll:
                    signsOut = value.ValueKind != JsonValueKind.Null && read.Flag(value, name);
                    break;
                case "CLOUDPCIDS" when !toAll:
                    cloudPcs = read.Ids(value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (!toAll && cloudPcs.Count == 0)
        {
            read.FailMissing("cloudPcIds");
        }

        // Graph's default.
        return new Applied(settings.Count == 0 ? [AppliedSetting.Region] : settings, cloudPcs, kept, signsOut);
    }

    // What apply wants: settings for Cloud PCs that stay, or all Cloud PCs anew (B435), which have every setting then.
    private sealed record Applied(ValueArray<AppliedSetting> Settings, ValueArray<Guid> CloudPcs, int? Kept, bool SignsOut)
    {
        public Command For(Guid policy) => Kept is null && !SignsOut ? new Command.ApplyPolicy(policy, Settings, CloudPcs) : new Command.ReprovisionPolicy(policy, Kept ?? 0, SignsOut);
    }

    // One name, or a list of them.
    private static ValueArray<AppliedSetting> ReadSettings(BodyReader read, JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => value.EnumerateArray().Take(Settings.Count + 1).Select(item => read.OneOf(item, name, Settings)).Distinct().ToValueArray(),
        _ => [read.OneOf(value, name, Settings)],
    };

    // What the body names can be missing as well as the policy: the error says which.
    private static Handling.Wanted Empty(GraphRequest request, Command command) => new(
        command,
        decision => decision is Decision.Refused refused ? GraphResponse.Error(request, refused.Refusal.ToError()) : GraphResponse.Empty());
}

using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudApps;
using Berth.Engine.Collections;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudApps;

/// <summary>Reads cloud apps that are added and changed, and lists of them.</summary>
internal static class CloudAppBody
{
    // What is longer than the rule allows is the engine's to refuse; what is longer than this nobody means.
    private const int Longest = 2 * CloudAppDetail.LongestCommandLine;

    /// <summary>An app that is added (B471).</summary>
    public static Command.CreateCloudApp Create(BodyReader read, JsonElement body)
    {
        Guid? policy = null;
        string? discovered = null;
        Command.UpdateCloudApp rest = new(Guid.NewGuid());
        bool byPath = true, hasDetail = false;
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "PROVISIONINGPOLICYID":
                    policy = read.Id(value, name);
                    break;
                case "DISCOVEREDAPPNAME":
                    discovered = read.Text(value, name, Longest);
                    break;
                case "APPDETAIL":
                    hasDetail = true;
                    byPath = !IsOfImage(value);
                    rest = Detail(read, value, name, rest);
                    break;
                default:
                    rest = Own(read, name, value, rest);
                    break;
            }
        }

        foreach ((bool isThere, string name) in ((bool, string)[])
            [(policy is not null, "provisioningPolicyId"), (discovered is not null, "discoveredAppName"), (rest.DisplayName is not null, "displayName"), (hasDetail, "appDetail")])
        {
            if (!isThere)
            {
                read.FailMissing(name);
            }
        }

        return new Command.CreateCloudApp(
            rest.AppId,
            policy ?? default,
            discovered ?? "",
            rest.DisplayName ?? "",
            rest.Description ?? "",
            new CloudAppDetail(rest.FilePath ?? "", rest.CommandLine ?? "", rest.IconPath ?? "", rest.IconIndex ?? 0),
            byPath);
    }

    /// <summary>What is to change about an app (B473).</summary>
    public static Command.UpdateCloudApp Update(BodyReader read, JsonElement body, Guid app)
    {
        Command.UpdateCloudApp update = new(app);
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            update = name.Equals("appDetail", StringComparison.OrdinalIgnoreCase) ? Detail(read, value, name, update) : Own(read, name, value, update);
        }

        return update;
    }

    /// <summary>The apps that an action names.</summary>
    public static ValueArray<Guid> Ids(BodyReader read, JsonElement body)
    {
        ValueArray<Guid>? ids = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            if (name.Equals("cloudAppIds", StringComparison.OrdinalIgnoreCase))
            {
                ids = read.Ids(value, name);
            }
            else
            {
                read.FailUnknown(name);
            }
        }

        if (ids is null)
        {
            read.FailMissing("cloudAppIds");
        }

        return ids ?? [];
    }

    private static Command.UpdateCloudApp Own(BodyReader read, string name, JsonElement value, Command.UpdateCloudApp update)
    {
        switch (name.ToUpperInvariant())
        {
            case "DISPLAYNAME":
                return update with { DisplayName = read.Text(value, name, Longest) ?? "" };
            case "DESCRIPTION":
                return update with { Description = read.Text(value, name, Longest) ?? "" };
            case "ID" or "ADDEDDATETIME" or "LASTPUBLISHEDDATETIME" or "APPSTATUS" or "ACTIONFAILEDERRORCODE" or "ACTIONFAILEDERRORMESSAGE" or "AVAILABLETOUSER" or "SCOPEIDS"
                or "DISCOVEREDAPPNAME" or "PROVISIONINGPOLICYID":
                read.FailUnknown(name, "It is read-only.");
                return update;
            default:
                read.FailUnknown(name);
                return update;
        }
    }

    private static Command.UpdateCloudApp Detail(BodyReader read, JsonElement detail, string what, Command.UpdateCloudApp update)
    {
        foreach ((string name, JsonElement value) in read.Properties(detail, what))
        {
            switch (name.ToUpperInvariant())
            {
                case "FILEPATH":
                    update = update with { FilePath = read.Text(value, name, Longest) ?? "" };
                    break;
                case "COMMANDLINEARGUMENTS":
                    update = update with { CommandLine = read.Text(value, name, Longest) ?? "" };
                    break;
                case "ICONPATH":
                    update = update with { IconPath = read.Text(value, name, Longest) ?? "" };
                    break;
                case "ICONINDEX":
                    update = update with { IconIndex = read.Whole(value, name, 0, int.MaxValue) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return update;
    }

    // Only who says so means an app of the image.
    private static bool IsOfImage(JsonElement detail) => detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("@odata.type", out JsonElement type)
        && type.ValueKind == JsonValueKind.String && type.GetString()!.EndsWith("cloudPcAutomaticDiscoveredAppDetail", StringComparison.OrdinalIgnoreCase);
}

using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Engine.CloudPcs;

namespace Berth.Conformance.Tests.CloudApps;

/// <summary>The writes about cloud apps for the test that sends every write twice.</summary>
internal static class CloudAppLines
{
    /// <summary>Where they are.</summary>
    public const string Path = "/beta" + FleetUnderTest.Root + "/cloudApps";

    private const string Json = "application/json";

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        await AssignAsync(room);
        await PassAsync(room, 5);
        await room.DoAsync("POST", $"{Path}/publish", Ids(room, "Notepad"));
        await PassAsync(room, 1);
        return
        [
            ($"POST {FleetUnderTest.Root}/cloudApps", Path, Body(room, "Ledger"), Json),
            ($"PATCH {FleetUnderTest.Root}/cloudApps/{{cloudApp}}", $"{Path}/{Find(room, "Paint")}", """{"description":"d"}""", Json),
            ($"POST {FleetUnderTest.Root}/cloudApps/publish", $"{Path}/publish", Ids(room, "Paint"), Json),
            ($"POST {FleetUnderTest.Root}/cloudApps/unpublish", $"{Path}/unpublish", Ids(room, "Notepad"), Json),
            ($"POST {FleetUnderTest.Root}/cloudApps/reset", $"{Path}/reset", Ids(room, "Registry Editor"), Json),
            ($"DELETE {FleetUnderTest.Root}/cloudApps/{{cloudApp}}", $"{Path}/{Find(room, "Control Panel")}", null, ""),
        ];
    }

    /// <summary>A policy of cloud apps that is assigned to a group of users, with one license.</summary>
    /// <returns>The assignment.</returns>
    public static async Task<Guid> AssignAsync(RunningRoom room, params Guid[] users)
    {
        await room.BuyAsync(FrontlineWrites.Part, 1);
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}""");
        return await FrontlineWrites.AssignAsync(room, ProvisioningType.SharedByEntraGroup, UserExperienceType.CloudApp, 1, users);
    }

    /// <summary>Lets minutes pass by the tenant's clock.</summary>
    public static Task PassAsync(RunningRoom room, int minutes) => room.DoAsync("POST", "/berth/v1/clock", $$"""{"advance":"PT{{minutes}}M"}""");

    /// <summary>The app with a name.</summary>
    public static Guid Find(RunningRoom room, string name) => room.Tenant.CloudApps.Apps.Values.Single(app => app.DisplayName == name).Id;

    /// <summary>The body that names an app.</summary>
    public static string Ids(RunningRoom room, string name) => $$"""{"cloudAppIds":["{{Find(room, name)}}"]}""";

    /// <summary>The body of an app by its path, as in Graph's own example.</summary>
    public static string Body(RunningRoom room, string name) => $$$"""
        {"displayName":"{{{name}}}","discoveredAppName":"{{{name}}}","provisioningPolicyId":"{{{room.Tenant.Fleet.Policies.Values.Last(policy => policy.UserExperienceType == UserExperienceType.CloudApp).Id}}}","description":"",
         "appDetail":{"@odata.type":"#microsoft.graph.cloudPcFilePathAppDetail","filePath":"C:\\Windows\\system32\\mstsc.exe","commandLineArguments":"","iconPath":"C:\\Windows\\system32\\mstsc.exe","iconIndex":0}}
        """;
}

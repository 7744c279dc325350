using System.Net;
using System.Net.Http.Headers;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Kiota.Abstractions.Authentication;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Who is let in and to what: tokens, secrets and application permissions (E12).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Access(SdkTenant tenant)
{
    private const string Denied = "Insufficient privileges to complete the operation.";

    /// <summary>Calls with the permissions of which any one is enough; every other application permission is not.</summary>
    private static readonly (string Method, string Path, string? Body, string[] Enough)[] _calls =
    [
        ("GET", "/organization", null, ["Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("GET", "/users", null, ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("POST", "/users", "{}", ["User.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("PATCH", "/users/USER", "{}", ["User.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("DELETE", "/users/NOBODY", null, ["User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]),
        (
            "GET", "/directory/deletedItems/graph.user", null,
            ["User.Read.All", "User.DeleteRestore.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("GET", "/directory/deletedItems/graph.group", null, ["Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("POST", "/directory/deletedItems/NOBODY/restore", null, ["User.DeleteRestore.All", "User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("DELETE", "/directory/deletedItems/NOBODY", null, ["User.DeleteRestore.All", "User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("GET", "/directoryObjects/USER", null, ["Directory.Read.All", "Directory.ReadWrite.All"]),
        ("POST", "/directoryObjects/getByIds", "{}", ["Directory.Read.All", "Directory.ReadWrite.All"]),
        ("GET", "/users/USER/manager", null, ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("GET", "/users/USER/directReports", null, ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("PUT", "/users/USER/manager/$ref", "{}", ["User.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("DELETE", "/users/USER/manager/$ref", null, ["User.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("POST", "/users/USER/assignLicense", "{}", ["LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("POST", "/users/USER/reprocessLicenseAssignment", null, ["LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]),
        (
            "GET", "/users/USER/licenseDetails", null,
            ["LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        (
            "GET", "/groups", null,
            ["GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("POST", "/groups", "{}", ["Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("DELETE", "/groups/NOBODY", null, ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("POST", "/groups/GROUP/assignLicense", "{}", ["LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("POST", "/groups/GROUP/members/$ref", "{}", ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("DELETE", "/groups/GROUP/members/NOBODY/$ref", null, ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        (
            "GET", "/groups/GROUP/owners", null,
            ["GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]),
        ("POST", "/groups/GROUP/owners/$ref", "{}", ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("DELETE", "/groups/GROUP/owners/NOBODY/$ref", null, ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("PATCH", "/groups/GROUP", """{"owners@odata.bind":[]}""", ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("PATCH", "/groups/GROUP", """{"description":"x"}""", ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("PATCH", "/groups/GROUP", """{"members@odata.bind":[]}""", ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        ("GET", "/auditLogs/directoryAudits", null, ["AuditLog.Read.All"]),
        // C257
        ("GET", "/deviceManagement/virtualEndpoint/cloudPCs", null, ["CloudPC.Read.All", "CloudPC.ReadWrite.All"]),
        ("GET", "/users/USER/cloudPCs", null, ["CloudPC.Read.All", "CloudPC.ReadWrite.All"]),
        ("GET", "/deviceManagement/virtualEndpoint/auditEvents", null, ["CloudPC.Read.All", "CloudPC.ReadWrite.All"]),
        ("POST", "/deviceManagement/virtualEndpoint/cloudPCs/NOBODY/endGracePeriod", null, ["CloudPC.ReadWrite.All"]),
        ("POST", "/users/USER/cloudPCs/NOBODY/reprovision", null, ["CloudPC.ReadWrite.All"]),
        ("POST", "/deviceManagement/virtualEndpoint/userSettings", "{}", ["CloudPC.ReadWrite.All"]),
        (
            "GET", "/subscribedSkus", null,
            [
                "Organization.Read.All", "Organization.ReadWrite.All", "LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Directory.Read.All",
                "Directory.ReadWrite.All",
            ]),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task Without_a_token_nothing_is_answered(Door door)
    {
        using GraphServiceClient anonymous = new(tenant.Wire(), new AnonymousAuthenticationProvider(), tenant.BaseOf(door));

        ODataError error = await LicenseCalls.RefusedAsync(
            401, "InvalidAuthenticationToken", "tokenInvalid", "Access token is empty.", () => anonymous.Users.GetAsync(cancellationToken: Cancel));

        string challenge = Assert.Single(error.ResponseHeaders!["WWW-Authenticate"]);
        Assert.StartsWith("Bearer realm=\"\", authorization_uri=\"", challenge, StringComparison.Ordinal);
    }

    [Theory, EveryDoor]
    public async Task A_token_that_is_none_is_refused_with_the_reason(Door door)
    {
        string[] parts = (await tenant.Berth.TokenAsync()).Split('.');
        foreach ((string token, string reason) in ((string, string)[])
            [
                ("nonsense", "Access token validation failure. The token is not well formed."),
                ($"{parts[0]}.{parts[1]}.{Flipped(parts[2])}", "Access token validation failure. Invalid signature."),
            ])
        {
            using GraphServiceClient stranger = new(tenant.Wire(), SdkTenant.Bearer(token), tenant.BaseOf(door));
            ODataError error = await LicenseCalls.RefusedAsync(
                401, "InvalidAuthenticationToken", "tokenInvalid", reason, () => stranger.Users.GetAsync(cancellationToken: Cancel));
            Assert.Contains("error=\"invalid_token\"", Assert.Single(error.ResponseHeaders!["WWW-Authenticate"]), StringComparison.Ordinal);
        }

        static string Flipped(string signature) => (signature[0] == 'A' ? 'B' : 'A') + signature[1..];
    }

    [Theory, EveryDoor]
    public async Task E12_a_caller_without_the_permission_is_denied_and_changes_nothing(Door door)
    {
        Guid sku = await tenant.SeatsAsync("POWER_BI_PRO", 1);
        User user = await tenant.UserAsync(door);
        using GraphServiceClient reader = new(tenant.Wire(), SdkTenant.Bearer(await tenant.TokenWithAsync("User.Read.All")), tenant.BaseOf(door));

        Assert.Equal(user.Id, (await reader.Users[user.Id].GetAsync(cancellationToken: Cancel))!.Id);
        await LicenseCalls.RefusedAsync(403, "Authorization_RequestDenied", "permissionMissing", Denied, () => reader.AddAsync(user.Id!, sku));
        await LicenseCalls.RefusedAsync(
            403, "Authorization_RequestDenied", "permissionMissing", Denied, () => reader.Users[user.Id].DeleteAsync(cancellationToken: Cancel));

        BatchRequestContentCollection batch = new(reader);
        string read = await batch.AddBatchRequestStepAsync(reader.Users[user.Id].ToGetRequestInformation());
        string written = await batch.AddBatchRequestStepAsync(reader.Users[user.Id].ToDeleteRequestInformation());
        Dictionary<string, HttpStatusCode> statuses = await (await reader.Batch.PostAsync(batch, Cancel)).GetResponsesStatusCodesAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (statuses[read], statuses[written]));
        Assert.Empty((await tenant.LicensesOfAsync(door, user.Id!)).States());
    }

    [Fact]
    public async Task Each_documented_permission_is_enough_and_no_other_is()
    {
        User user = await tenant.UserAsync(Door.Bearer);
        Group group = await tenant.GroupAsync(Door.Bearer);
        List<string> wrong = [];
        foreach (string permission in SdkTenant.Permissions)
        {
            string token = await tenant.TokenWithAsync(permission);
            foreach ((string method, string path, string? body, string[] enough) in _calls)
            {
                string target = path.Replace("USER", user.Id, StringComparison.Ordinal).Replace("GROUP", group.Id, StringComparison.Ordinal)
                    .Replace("NOBODY", Guid.NewGuid().ToString(), StringComparison.Ordinal);
                using HttpRequestMessage request = new(new HttpMethod(method), new Uri(tenant.Berth.Http!, "v1.0" + target));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await tenant.Http.SendAsync(request, Cancel);
                bool allowed = answer.StatusCode != HttpStatusCode.Forbidden;
                if (allowed != enough.Contains(permission))
                {
                    wrong.Add($"{permission}: {method} {path} {body} was {(allowed ? "allowed" : "denied")} ({(int)answer.StatusCode})");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}

using System.CommandLine;
using System.Globalization;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.CloudPcs;

/// <summary><c>berth cloud-pc</c>: whose Cloud PC is in which state, now or at a moment of the past.</summary>
internal static class CloudPcCommands
{
    // v1.0 has no status.
    private const string Path = "/beta/deviceManagement/virtualEndpoint/cloudPCs";
    private const string Selected = "$select=id,displayName,userPrincipalName,status,servicePlanName,provisioningType,gracePeriodEndDateTime";

    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<string?> user = new("--user") { Description = "Only the Cloud PCs of this user: user principal name.", HelpName = "NAME" };
        user.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { Length: 0 or > LicenseArguments.LongestUser })
            {
                result.AddError($"--user: give a user principal name of at most {LicenseArguments.LongestUser} characters.");
            }
        });
        Command list = new("list", "List Cloud PCs: whose, in which state, and until when a grace period runs.") { user, options.AsOf };
        list.Does(options, (session, parsed, cancel) => ListAsync(session, parsed.GetValue(user), cancel));
        return new Command("cloud-pc", "Cloud PCs.") { list };
    }

    private static async Task<int> ListAsync(Session session, string? user, CancellationToken cancel)
    {
        string filter = user is null ? "" : $"&$filter={Uri.EscapeDataString($"userPrincipalName eq '{user.Replace("'", "''", StringComparison.Ordinal)}'")}";
        Reply<List<WireCloudPc>> reply = await session.Graph.GetAllAsync($"{Path}?{Selected}{filter}", WireJson.Default.PageWireCloudPc, cancel).ConfigureAwait(false);
        if (!reply.Is(out List<WireCloudPc>? found, out GraphRefusal? refusal))
        {
            return session.Screen.Refused("The Cloud PCs", refusal);
        }

        CloudPcAnswer[] rows =
        [
            .. found.OrderBy(one => one.UserPrincipalName ?? "~", StringComparer.OrdinalIgnoreCase).ThenBy(one => one.DisplayName, StringComparer.Ordinal).ThenBy(one => one.Id)
                .Select(one => new CloudPcAnswer(one.Id, one.DisplayName, one.UserPrincipalName, one.Status, one.ServicePlanName, one.ProvisioningType, one.GracePeriodEndDateTime)),
        ];
        if (session.Screen.Json)
        {
            session.Screen.Write(new CloudPcListAnswer(rows), AnswerJson.Default.CloudPcListAnswer);
            return ExitCode.Done;
        }

        if (rows.Length == 0)
        {
            session.Screen.Say(user is null ? "There is no Cloud PC." : $"{user} has no Cloud PC.");
            return ExitCode.Done;
        }

        session.Screen.Table(
            ["User", "Cloud PC", "Status", "Grace until", "Size", "Kind", "Id"],
            [.. rows.Select(one => new[]
            {
                one.UserPrincipalName ?? "",
                one.DisplayName ?? "",
                one.Status ?? "",
                one.GracePeriodEndDateTime?.ToString("u", CultureInfo.InvariantCulture) ?? "",
                one.ServicePlanName ?? "",
                one.ProvisioningType ?? "",
                $"{one.Id}",
            })]);
        return ExitCode.Done;
    }
}

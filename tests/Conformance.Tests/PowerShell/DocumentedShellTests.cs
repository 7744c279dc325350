using System.Text.RegularExpressions;
using Berth.Conformance.Tests.House;
using Berth.Conformance.Tests.Process;
using Berth.PowerShell;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>What docs/powershell.md shows to be typed is typed, from its first line to its last, against the demo company that the page speaks of (B841 to B849).</summary>
[Collection(nameof(ShellTenant))]
public sealed partial class DocumentedShellTests(ShellTenant tenant)
{
    [Fact]
    public async Task Every_script_of_the_page_does_what_the_page_says()
    {
        await using BerthProcess demo = await BerthProcess.StartDemoAsync();
        string page = string.Join('\n', Script().Matches(Repository.Read("docs/powershell.md")).Select(static one => one.Groups["text"].Value));
        string folder = Path.GetDirectoryName(tenant.Write("page.txt", page))!;
        Directory.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "modules")).FullName, "Berth.PowerShell"), tenant.Module);
        using Shell shell = tenant.Unconnected();

        // Only where the demo listens is another address than the page's.
        Said said = shell.Run(
            "param($server, $folder, $page) $PSDefaultParameterValues = @{ 'Connect-Berth:Server' = $server }; Set-Location $folder; . ([scriptblock]::Create($page))",
            ("server", demo.Http!),
            ("folder", folder),
            ("page", page));

        Assert.Null(said.Fatal);
        Assert.Equal(
            [("nobody@contoso.example", "resourceNotFound"), ("nobody@contoso.example", "resourceNotFound")],
            said.Errors.Select(static error => (error.TargetObject as string ?? error.ToString(), error.FullyQualifiedErrorId.Split(',')[0])));
        Assert.Empty(said.Questions);
        object[] output = [.. said.Output.Select(static one => one.BaseObject)];
        Assert.Equal(13, output.OfType<System.Management.Automation.CmdletInfo>().Count());
        Assert.Contains(output.OfType<BerthLicenseChange>(), static row => row is { UserPrincipalName: "clara.murphy@contoso.example", Applied: false });
        Assert.Contains(output.OfType<BerthLicenseExplanation>(), static one => one is { UserPrincipalName: "admin@contoso.example", Has: false });
        Assert.Contains(output.OfType<BerthLicenseFix>(), static fix => fix.Changes.Count > 0);
        Assert.Equal(2, output.OfType<BerthOperation>().Count());
        Assert.Equal([false, true, true], output.OfType<BerthOperationResult>().Select(static one => one.Applied));
    }

    [GeneratedRegex(@"^```powershell\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Script();
}

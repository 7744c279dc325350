using System.Management.Automation;
using Berth.PowerShell;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>The module as PowerShell sees it (B849).</summary>
[Collection(nameof(ShellTenant))]
public sealed class ModuleTests(ShellTenant tenant)
{
    [Fact]
    public void The_published_folder_is_a_module_and_nothing_else()
    {
        using Shell shell = tenant.Unconnected();

        PSModuleInfo manifest = shell.Run("param($path) Test-ModuleManifest $path", ("path", Path.Combine(tenant.Module, "Berth.PowerShell.psd1"))).One<PSModuleInfo>();

        Assert.Equal("Berth.PowerShell", manifest.Name);
        Assert.Equal(typeof(BerthSku).Assembly.GetName().Version!.ToString(3), manifest.Version.ToString());
        Assert.Equal(
            ["Berth.PowerShell.dll", "Berth.PowerShell.format.ps1xml", "Berth.PowerShell.psd1", "en-US/Berth.PowerShell.dll-Help.xml"],
            Directory.EnumerateFiles(tenant.Module, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(tenant.Module, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_is_exported_with_an_approved_verb_and_a_singular_noun()
    {
        using Shell shell = tenant.Unconnected();

        CmdletInfo[] exported = shell.Run("Get-Command -Module Berth.PowerShell").Of<CmdletInfo>();
        string[] verbs = [.. shell.Run("(Get-Verb).Verb").Of<string>()];

        Assert.Equal(
            Cmdlets().Select(static type => type.GetCustomAttributes(typeof(CmdletAttribute), false).Cast<CmdletAttribute>().Single()).Select(static name => $"{name.VerbName}-{name.NounName}").Order(StringComparer.Ordinal),
            exported.Select(static one => one.Name).Order(StringComparer.Ordinal));
        Assert.All(exported, one => Assert.Contains(one.Verb, verbs));
        Assert.All(exported, static one => Assert.True(one.Noun.StartsWith("Berth", StringComparison.Ordinal) && !one.Noun.EndsWith('s'), one.Noun));
        Assert.All(exported.Where(static one => one.Name != "Disconnect-Berth"), static one => Assert.NotEmpty(one.OutputType));
    }

    [Fact]
    public void What_changes_something_knows_WhatIf_and_Confirm_and_asks_as_for_high_impact()
    {
        Type[] changing = [.. Cmdlets().Where(static type => Attribute(type).VerbName is "Set" or "Invoke" or "Undo")];

        Assert.Equal(4, changing.Length);
        Assert.All(changing, static type => Assert.True(Attribute(type) is { SupportsShouldProcess: true, ConfirmImpact: ConfirmImpact.High }, type.Name));
        Assert.DoesNotContain(Cmdlets().Except(changing), static type => Attribute(type).SupportsShouldProcess);
    }

    [Fact]
    public void Every_output_has_a_view_of_its_own()
    {
        using Shell shell = tenant.Unconnected();
        string[] outputs = [.. Cmdlets().SelectMany(static type => type.GetCustomAttributes(typeof(OutputTypeAttribute), false).Cast<OutputTypeAttribute>()).SelectMany(static one => one.Type).Select(static one => one.Name).Distinct()];

        string[] views = shell.Run("param($names) $names | ForEach-Object { (Get-FormatData $_).TypeNames }", ("names", outputs)).Of<string>();

        Assert.Equal(outputs.Order(StringComparer.Ordinal), views.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_table_shows_the_columns_of_its_view_and_no_others()
    {
        await tenant.Server.BuyAsync("SHAREPOINTSTANDARD", 3);
        using Shell shell = tenant.Connected();

        string[] lines = [.. shell.Run("Get-BerthSku SHAREPOINTSTANDARD | Out-String -Stream -Width 200").Of<string>().Select(static line => line.Trim()).Where(static line => line.Length > 0)];

        Assert.Equal("SkuPartNumber Status Assignable Consumed Available", string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith("SHAREPOINTSTANDARD", lines[2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public void Get_Help_tells_what_each_cmdlet_and_each_parameter_is_for_with_an_example()
    {
        using Shell shell = tenant.Unconnected();
        foreach (string name in shell.Run("(Get-Command -Module Berth.PowerShell).Name").Of<string>())
        {
            PSObject help = Assert.Single(shell.Run("param($name) Get-Help $name -Full", ("name", name)).Clean().Output);
            string whole = string.Join('\n', shell.Run("param($name) Get-Help $name -Full | Out-String", ("name", name)).Of<string>());

            Assert.True(help.Properties["Synopsis"]?.Value is string { Length: > 10 } synopsis && !synopsis.Contains('[', StringComparison.Ordinal), $"{name}: {help.Properties["Synopsis"]?.Value}");
            Assert.NotNull(help.Properties["examples"]?.Value);
            foreach (string parameter in shell.Run(
                "param($name) (Get-Command $name).Parameters.Keys | Where-Object { $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters -and $_ -notin 'WhatIf', 'Confirm' }", ("name", name)).Of<string>())
            {
                string text = string.Concat(shell.Run("param($name, $parameter) (Get-Help $name -Parameter $parameter).description.Text", ("name", name), ("parameter", parameter)).Of<string>());
                Assert.True(text.Length > 5, $"{name} -{parameter} is not described in:\n{whole}");
            }
        }
    }

    [Fact]
    public void The_help_file_says_what_the_doc_comments_say()
    {
        string help = HelpFile.Write(Cmdlets());
        if (HelpFile.IsToBeWritten)
        {
            File.WriteAllText(House.Repository.PathOf(HelpFile.File), help);
        }

        Assert.True(help == House.Repository.Read(HelpFile.File), $"{HelpFile.File} is old. Write it anew: {HelpFile.Command}");
    }

    private static CmdletAttribute Attribute(Type type) => type.GetCustomAttributes(typeof(CmdletAttribute), false).Cast<CmdletAttribute>().Single();

    private static IEnumerable<Type> Cmdlets() =>
        typeof(BerthSku).Assembly.GetExportedTypes().Where(static type => type.IsDefined(typeof(CmdletAttribute), false)).OrderBy(static type => type.Name, StringComparer.Ordinal);
}

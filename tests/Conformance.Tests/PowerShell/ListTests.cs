using System.Management.Automation;
using Berth.PowerShell;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>A list of users, as spreadsheets write them, through the pipeline in one plan (B841, B845, B846).</summary>
[Collection(nameof(ShellTenant))]
public sealed class ListTests(ShellTenant tenant)
{
    private const int Long = 500;

    [Fact]
    public async Task A_list_of_500_with_wrong_rows_is_one_operation_of_all_the_others()
    {
        await tenant.Server.BuyAsync("EMS", Long - 3);
        string[] users = await tenant.Server.PeopleAsync(Long);
        string abroad = Assert.Single(await tenant.Server.PeopleAsync(1, null));
        List<string> lines = ["userPrincipalName;note", .. users.Select(static user => $"{user};starts Monday")];
        lines.Insert(17, "ghost@contoso.example;misspelled");
        lines.Insert(100, $"{abroad};without a country");
        lines.Insert(200, ";nobody");
        lines.Insert(300, $"{users[0].ToUpperInvariant()};again");
        string list = tenant.Write("hires.csv", string.Join('\n', lines) + "\n");
        using Shell shell = tenant.Connected();
        const string Script = "param($list) Import-Csv $list -Delimiter ';' | Set-BerthUserLicense -AddSku EMS";
        long version = await tenant.VersionAsync();

        Said shown = shell.Run(Script + " -WhatIf", ("list", list));
        Assert.Equal(version, await tenant.VersionAsync());
        Said said = shell.Run(Script, ("list", list));

        foreach (Said one in new[] { shown, said })
        {
            Assert.Null(one.Fatal);
            Assert.Equal(
                [("ghost@contoso.example", "resourceNotFound"), ("", "nameMissing"), (abroad, "usageLocationMissing"), (users[^3], "seatsExhausted"), (users[^2], "seatsExhausted"), (users[^1], "seatsExhausted")],
                one.Errors.Select(static error => ((string)error.TargetObject, error.FullyQualifiedErrorId.Split(',')[0])));
            Assert.Contains("counts once", Assert.Single(one.Warnings), StringComparison.Ordinal);
            Assert.Equal(users[..^3], one.Output.Select(static row => ((BerthLicenseChange)row.BaseObject).UserPrincipalName).Order(StringComparer.Ordinal));
        }

        // The server's own words, as Graph has them.
        Assert.Contains("does not have any available licenses", said.Errors[^1].ToString(), StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.QuotaExceeded, said.Errors[^1].CategoryInfo.Category);
        Assert.Contains(said.Progress, static one => one == "Looking up users: 20 of 504");
        Assert.Contains(said.Progress, static one => one.StartsWith("Planning: ", StringComparison.Ordinal));
        Assert.Contains(said.Progress, static one => one.StartsWith("Applying: ", StringComparison.Ordinal));
        string operation = Assert.Single(said.Output.Select(static row => ((BerthLicenseChange)row.BaseObject).OperationId).Distinct())!;
        Assert.Equal(Long - 3, await tenant.Server.TakenAsync("EMS"));
        Assert.Equal(version + 1, await tenant.VersionAsync());

        BerthOperationResult undone = shell.Run("param($rows) $rows | Undo-BerthOperation -Confirm:$false", ("rows", said.Output)).One<BerthOperationResult>();
        Assert.NotEqual(operation, undone.OperationId);
        Assert.Equal(0, await tenant.Server.TakenAsync("EMS"));
    }

    [Fact]
    public async Task A_row_that_brings_its_own_SKU_is_refused_alone()
    {
        await tenant.Server.BuyAsync("VISIOCLIENT", 5);
        string[] users = await tenant.Server.PeopleAsync(3);
        string list = tenant.Write("own.csv", $"id,addSku\n{users[0]},VISIOCLIENT\n{users[1]},VISIO_CLIENT\n{users[2]},\n");
        using Shell shell = tenant.Connected();

        Said said = shell.Run("param($list) Import-Csv $list | Set-BerthUserLicense", ("list", list));

        Assert.Equal(users[0], Assert.Single(said.Output.Select(static row => ((BerthLicenseChange)row.BaseObject).UserPrincipalName)));
        Assert.Contains(said.Errors, error => error.FullyQualifiedErrorId.StartsWith("skuNotInTenant,", StringComparison.Ordinal) && (string)error.TargetObject == users[1]);
        Assert.Equal(2, said.Errors.Count);
    }

    [Fact]
    public async Task What_is_not_in_the_list_any_more_when_all_rows_are_refused_changes_nothing()
    {
        using Shell shell = tenant.Connected();
        await tenant.Server.BuyAsync("PROJECTPROFESSIONAL", 1);
        long version = await tenant.VersionAsync();

        Said said = shell.Run("'ghost1@contoso.example', 'ghost2@contoso.example' | Set-BerthUserLicense -AddSku PROJECTPROFESSIONAL");

        Assert.Null(said.Fatal);
        Assert.Empty(said.Output);
        Assert.Equal(["ghost1@contoso.example", "ghost2@contoso.example"], said.Errors.Select(static error => (string)error.TargetObject));
        Assert.Equal(version, await tenant.VersionAsync());
    }
}

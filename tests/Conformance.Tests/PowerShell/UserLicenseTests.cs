using System.Management.Automation;
using Berth.Conformance.Tests.CommandLine;
using Berth.PowerShell;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>Licenses of users, from the shell (B840, B841, B842, B843, B844, B845).</summary>
[Collection(nameof(ShellTenant))]
public sealed class UserLicenseTests(ShellTenant tenant)
{
    [Fact]
    public async Task A_license_is_given_shown_and_taken_away_and_the_operation_is_undone()
    {
        await tenant.Server.BuyAsync("SPE_E3", 5);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Connected();

        BerthLicenseChange given = shell.Run("param($user) Set-BerthUserLicense $user -AddSku spe_e3 -DisabledPlan SWAY", ("user", user)).One<BerthLicenseChange>();

        Assert.Equal((user, "SPE_E3", "direct", null, "Active", "None", true), (given.UserPrincipalName, given.Sku, given.Source, given.Before, given.After, given.Error, given.Applied));
        BerthUserLicense shown = shell.Run("param($user) $user | Get-BerthUserLicense", ("user", user)).One<BerthUserLicense>();
        Assert.Equal(("SPE_E3", "direct", "Active", 1), (shown.Sku, shown.Source, shown.State, shown.DisabledPlans.Count));
        Assert.Equal((5L, 1L, 4L), shell.Run("Get-BerthSku SPE_E3").One<BerthSku>() is var sku ? (sku.Assignable, sku.Consumed, sku.Available) : default);

        BerthLicenseChange taken = shell.Run("param($id) Set-BerthUserLicense -UserId $id -RemoveSku $sku -Confirm:$false".Replace("$sku", sku.SkuId, StringComparison.Ordinal), ("id", given.UserId)).One<BerthLicenseChange>();
        Assert.Equal(("Active", null), (taken.Before, taken.After));
        Assert.Empty(await tenant.Server.LicensesAsync(user));

        BerthOperationResult undone = shell.Run("param($row) $row, $row | Undo-BerthOperation", ("row", taken)).One<BerthOperationResult>();
        Assert.True(undone.Applied);
        Assert.Equal(["SPE_E3"], await tenant.Server.LicensesAsync(user));
        Assert.Single(shell.Run("param($user) Get-BerthUserLicense $user", ("user", user)).One<BerthUserLicense>().DisabledPlans);
    }

    [Theory]
    [InlineData("$one, $two | Set-BerthUserLicense -AddSku FLOW_FREE")]
    [InlineData("Set-BerthUserLicense $one, $two -AddSku FLOW_FREE")]
    [InlineData("[pscustomobject]@{ UPN = $one }, [pscustomobject]@{ UserPrincipalName = $two; Id = 'not this' } | Set-BerthUserLicense -AddSku FLOW_FREE")]
    [InlineData("[pscustomobject]@{ userId = $one; addSku = 'FLOW_FREE' }, [pscustomobject]@{ id = $two; addSku = 'FLOW_FREE' } | Set-BerthUserLicense")]
    [InlineData("$one, $two | Get-BerthUserLicense | Out-Null; $one, $two, $one.ToUpperInvariant() | Set-BerthUserLicense -AddSku FLOW_FREE", "more than once")]
    public async Task Users_come_by_value_and_by_the_name_of_a_property_and_count_once(string script, string? warning = null)
    {
        string[] users = await tenant.Server.PeopleAsync(2);
        using Shell shell = tenant.Connected();

        // The cases of this test share its SKU, whichever comes first.
        if (shell.Run("Get-BerthSku FLOW_F*").Of<BerthSku>().Length == 0)
        {
            await tenant.Server.BuyAsync("FLOW_FREE", 100);
        }

        Said said = shell.Run("param($one, $two) " + script, ("one", users[0]), ("two", users[1]));

        Assert.Equal(users, said.Of<BerthLicenseChange>().Select(static row => row.UserPrincipalName).Order(StringComparer.Ordinal));
        Assert.Single(said.Of<BerthLicenseChange>().Select(static row => row.OperationId).Distinct());
        Assert.Equal(warning is null ? 0 : 1, said.Warnings.Count(one => warning is not null && one.Contains(warning, StringComparison.Ordinal)));
        Assert.All(users, user => Assert.Equal(["FLOW_FREE"], tenant.Server.LicensesAsync(user).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task WhatIf_shows_the_plan_and_changes_nothing_here_or_in_the_session()
    {
        await tenant.Server.BuyAsync("STANDARDPACK", 1);
        string[] users = await tenant.Server.PeopleAsync(2);
        using Shell shell = tenant.Connected();
        long version = await tenant.VersionAsync();

        Said said = shell.Run("param($user) $user | Set-BerthUserLicense -AddSku STANDARDPACK -WhatIf", ("user", users[0]));
        Said session = shell.Run("param($user) $WhatIfPreference = $true; $user | Set-BerthUserLicense -AddSku STANDARDPACK", ("user", users[0]));

        foreach (Said one in new[] { said, session })
        {
            BerthLicenseChange row = one.One<BerthLicenseChange>();
            Assert.Equal((users[0], "Active", false, ""), (row.UserPrincipalName, row.After, row.Applied, row.OperationId));
            Assert.Contains(one.Screen, static line => line.StartsWith("What if:", StringComparison.Ordinal) && line.Contains("1 gain a license, 0 lose one", StringComparison.Ordinal));
            Assert.Empty(one.Questions);
        }

        // What would be refused is refused, and nothing changes either.
        shell.Run("param($users) $users | Set-BerthUserLicense -AddSku STANDARDPACK -WhatIf", ("users", users)).Error("seatsExhausted", ErrorCategory.QuotaExceeded);
        Assert.Equal(version, await tenant.VersionAsync());
    }

    [Fact]
    public async Task Taking_away_asks_and_giving_does_not_unless_the_person_wants_to_be_asked()
    {
        await tenant.Server.BuyAsync("DESKLESSPACK", 9);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Connected();
        shell.Answer(2);

        Said asked = shell.Run("param($user) Set-BerthUserLicense $user -AddSku DESKLESSPACK -Confirm", ("user", user));
        Assert.Empty(asked.Clean().Output);
        Assert.Single(asked.Questions);
        Said low = shell.Run("param($user) $ConfirmPreference = 'Medium'; Set-BerthUserLicense $user -AddSku DESKLESSPACK", ("user", user));
        Assert.Single(low.Questions);
        Assert.Empty(await tenant.Server.LicensesAsync(user));

        Assert.Empty(shell.Run("param($user) Set-BerthUserLicense $user -AddSku DESKLESSPACK", ("user", user)).Clean().Questions);
        Said taking = shell.Run("param($user) Set-BerthUserLicense $user -RemoveSku DESKLESSPACK", ("user", user));
        Assert.Contains("1 lose one", Assert.Single(taking.Questions), StringComparison.Ordinal);
        Assert.Empty(taking.Clean().Output);
        Assert.Equal(["DESKLESSPACK"], await tenant.Server.LicensesAsync(user));

        Assert.Empty(shell.Run("param($user) Set-BerthUserLicense $user -RemoveSku DESKLESSPACK -Confirm:$false", ("user", user)).Clean().Questions);
        Assert.Empty(await tenant.Server.LicensesAsync(user));

        shell.Answer(0);
        shell.Run("param($user) Set-BerthUserLicense $user -AddSku DESKLESSPACK; Set-BerthUserLicense $user -RemoveSku DESKLESSPACK", ("user", user)).Clean();
        Assert.Empty(await tenant.Server.LicensesAsync(user));
    }

    [Fact]
    public async Task A_switch_is_one_change_and_what_changes_nothing_says_so()
    {
        await tenant.Server.BuyAsync("ENTERPRISEPACK", 1);
        await tenant.Server.BuyAsync("ENTERPRISEPREMIUM", 1);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Connected();
        shell.Run("param($user) Set-BerthUserLicense $user -AddSku ENTERPRISEPACK", ("user", user)).Clean();

        BerthLicenseChange[] rows = shell.Run("param($user) Set-BerthUserLicense $user -AddSku ENTERPRISEPREMIUM -RemoveSku ENTERPRISEPACK -Confirm:$false", ("user", user)).Of<BerthLicenseChange>();
        BerthLicenseChange same = shell.Run("param($user) Set-BerthUserLicense $user -AddSku ENTERPRISEPREMIUM", ("user", user)).One<BerthLicenseChange>();

        Assert.Equal(["ENTERPRISEPACK", "ENTERPRISEPREMIUM"], rows.Select(static row => row.Sku).Order(StringComparer.Ordinal));
        Assert.Equal(("Nothing changes.", "", ""), (same.Reason, same.Sku, same.OperationId));

        // It names no operation, and so there is none to undo.
        Assert.Empty(shell.Run("param($row) $row | Undo-BerthOperation -Confirm:$false", ("row", same)).Clean().Output);
    }

    [Fact]
    public async Task Names_among_the_arguments_that_mean_nothing_end_the_command_before_anything_else()
    {
        string two = tenant.Server.Foreign("MCOPSTN5");
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Connected();
        long version = await tenant.VersionAsync();

        Assert.Contains("Get-BerthSku", shell.Run("param($user) Set-BerthUserLicense $user -AddSku NO_SUCH_SKU", ("user", user)).Ending("skuNotInTenant", ErrorCategory.InvalidArgument).ToString(), StringComparison.Ordinal);
        shell.Run("param($user, $sku) Set-BerthUserLicense $user -AddSku $sku", ("user", user), ("sku", two)).Ending("skuNotInTenant", ErrorCategory.InvalidArgument);
        shell.Run("param($user) Set-BerthUserLicense $user", ("user", user)).Error("nameMissing", ErrorCategory.InvalidData);
        Assert.Equal(version, await tenant.VersionAsync());
    }

    [Fact]
    public async Task A_plan_to_leave_off_must_be_one_of_the_added()
    {
        await tenant.Server.BuyAsync("SPE_E5", 3);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Connected();

        // Rows that bring their SKU are checked one by one: the plan is one of the first's.
        Said rows = shell.Run("param($user) [pscustomobject]@{ UPN = $user; addSku = 'SPE_E5' } | Set-BerthUserLicense -DisabledPlan SWAY -WhatIf", ("user", user));
        Assert.Equal("SPE_E5", rows.One<BerthLicenseChange>().Sku);
        Assert.Contains("add SPE_E5 for " + user, Assert.Single(rows.Screen), StringComparison.Ordinal);

        ErrorRecord error = shell.Run("param($user) Set-BerthUserLicense $user -AddSku SPE_E5 -DisabledPlan SWAY, CPC_2", ("user", user)).Ending("unknownDisabledPlan", ErrorCategory.InvalidArgument);

        Assert.StartsWith("CPC_2 is not a service plan of SPE_E5", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mass_removal_is_refused_until_it_is_allowed()
    {
        await tenant.Server.BuyAsync("AAD_PREMIUM", 20);
        string[] users = await tenant.Server.PeopleAsync(12);
        using Shell shell = tenant.Connected();
        shell.Run("param($users) $users | Set-BerthUserLicense -AddSku AAD_PREMIUM", ("users", users)).Clean();

        ErrorRecord refused = shell.Run("param($users) $users | Set-BerthUserLicense -RemoveSku AAD_PREMIUM -Confirm:$false", ("users", users)).Ending("massRemoval", ErrorCategory.InvalidOperation);
        Assert.Contains("-AllowMassRemoval", refused.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(12, await tenant.Server.TakenAsync("AAD_PREMIUM"));

        Said done = shell.Run("param($users) $users | Set-BerthUserLicense -RemoveSku AAD_PREMIUM -AllowMassRemoval -Confirm:$false", ("users", users)).Clean();
        Assert.Equal(12, done.Output.Count);
        Assert.Equal(0, await tenant.Server.TakenAsync("AAD_PREMIUM"));
    }
}

using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Conformance.Tests.Notifications;
using Berth.Conformance.Tests.Process;
using Berth.Engine;
using Berth.Graph.Telling;
using Berth.Notifications;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>Letters about alerts, at a mail server (B794, B795).</summary>
public sealed class Letters
{
    private const string Path = "/berth/v1/alertReceivers";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mailbox_gets_a_letter_that_says_what_is_wrong_and_what_to_do()
    {
        // B794
        SteppedTime time = new();
        await using MailHost host = MailHost.Start();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time, mail: Plain(host));
        JsonElement made = await room.DoAsync("POST", Path, """{"address":"desk@contoso.com"}""");
        Assert.False(made.TryGetProperty("secret", out _));
        await room.BuyAsync("SPE_E5", 1);
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        CaughtLetter letter = await NextAsync(time, host);
        Assert.Equal(("berth@fabrikam.example", "desk@contoso.com"), (letter.From, Assert.Single(letter.To)));
        Assert.Equal(("berth@fabrikam.example", "desk@contoso.com", "auto-generated"), (letter.Header("From"), letter.Header("To"), letter.Header("Auto-Submitted")));
        Assert.StartsWith("[Berth] Fabrikam: SPE_E5 (", letter.Header("Subject"), StringComparison.Ordinal);
        Assert.Contains("BEGAN (warning), since ", letter.Text, StringComparison.Ordinal);
        Assert.Contains("What to do: Buy more units", letter.Text, StringComparison.Ordinal);
        Assert.Contains(made.GetProperty("id").GetString()!, letter.Text, StringComparison.Ordinal);
        Assert.False(host.HasMore);
    }

    [Fact]
    public async Task A_letter_that_is_not_taken_comes_later()
    {
        // B792, B794
        SteppedTime time = new();
        await using MailHost host = MailHost.Start();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time, mail: Plain(host));
        int attempts = 0;
        host.OnLetter = () => Interlocked.Increment(ref attempts) == 1 ? "451 the box of desk@contoso.com is full" : "250 taken";
        string id = (await room.DoAsync("POST", Path, """{"address":"desk@contoso.com"}""")).GetProperty("id").GetString()!;
        await room.BuyAsync("SPE_E5", 1);
        Guid ada = await room.AddUserAsync("ada");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        await NextAsync(time, host);
        Assert.Equal(2, attempts);

        // What is said of it are no words of the server.
        host.OnLetter = static () => "554 secret words";
        Assert.Equal("""{"isTaken":false,"problem":"the mail server refused the letter with 554"}""", (await room.SendAsync("POST", $"{Path}/{id}/test")).Text);
    }

    [Fact]
    public async Task The_channel_email_of_a_rule_is_written_to_about_that_rule_and_nothing_else()
    {
        // B795, B457
        SteppedTime time = new();
        await using MailHost host = MailHost.Start();
        await using RunningRoom room = await RunningRoom.OpenAsync(time: time, mail: Plain(host));
        string rule = (await room.DoAsync("GET", "/beta/deviceManagement/monitoring/alertRules?$filter=alertRuleTemplate eq 'cloudPcInGracePeriodScenario'")).GetProperty("value")[0].GetProperty("id").GetString()!;
        await room.DoAsync("PATCH", $"/beta/deviceManagement/monitoring/alertRules/{rule}", """
            {"notificationChannels":[{"notificationChannelType":"portal"},{"notificationChannelType":"email","notificationReceivers":[{"contactInformation":"pat@contoso.com"},{"contactInformation":"not an address"}]}]}
            """);

        // Every seat of this is taken, which is no matter of the rule.
        (Guid user, _) = await CloudPcWrites.EnterpriseAsync(room, "pat");
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([], [room.Sku("CPC_E_2C_4GB_128GB")]));
        CaughtLetter began = await NextAsync(time, host);
        Assert.Equal("pat@contoso.com", Assert.Single(began.To));
        Assert.StartsWith("[Berth] Fabrikam: Cloud PCs in grace period: 1.", began.Header("Subject"), StringComparison.Ordinal);
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku("CPC_E_2C_4GB_128GB")], []));
        Assert.StartsWith("[Berth] Fabrikam: ended: Cloud PCs in grace period", (await NextAsync(time, host)).Header("Subject"), StringComparison.Ordinal);
        Assert.False(host.HasMore);
        Assert.Empty((await room.DoAsync("GET", Path)).GetProperty("value").EnumerateArray());
    }

    [Fact]
    public async Task No_name_of_a_tenant_or_a_product_begins_a_header()
    {
        // B794
        await using MailHost host = MailHost.Start();
        LetterSender sender = new(Plain(host), TimeProvider.System);
        TenantProfile tenant = new(Guid.NewGuid(), "Contoso\r\nBcc: boss@contoso.com\r\n\r\nHello", "contoso.example", "US", TenantKind.Production, default);
        AlertListener listener = new(Guid.NewGuid(), null, null, null, "desk@contoso.com", [AlertKind.PoolExhausted], AlertThresholds.Default, default);
        ActiveAlert alert = new("k", AlertKind.PoolExhausted, Berth.Engine.Alerts.AlertSeverity.Warning, Guid.Empty, "X", default, "SPE\r\nCc: all@contoso.com is gone.\r\n.\r\nMAIL FROM:<x@y.z>", "Mend it.");
        AlertMessage message = new(tenant, listener, [new AlertNotice(NoticeStatus.Began, alert)], TimeProvider.System.GetUtcNow());
        Assert.DoesNotContain(message.Subject(), char.IsControl);
        Assert.Null(await sender.SendAsync("desk@contoso.com", message.Subject(), message.Letter(), Cancel));
        Assert.Null(await sender.SendAsync("desk@contoso.com", "Subject\r\nBcc: boss@contoso.com\r\n\r\nHello", "text", Cancel));
        foreach (CaughtLetter letter in new[] { await host.NextAsync(), await host.NextAsync() })
        {
            Assert.Equal("desk@contoso.com", Assert.Single(letter.To));
            Assert.DoesNotContain(letter.Headers, line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Cc", StringComparison.OrdinalIgnoreCase));
        }

        Assert.False(host.HasMore);
    }

    [Fact]
    public async Task Nothing_is_sent_where_the_connection_can_be_read()
    {
        // B794
        await using MailHost bare = MailHost.Start();
        await using MailHost strange = MailHost.Start(hasStartTls: true);
        await using MailHost other = MailHost.Start(isSealedFromTheStart: true);
        foreach ((MailHost host, MailSecurity security, string problem) in new[]
        {
            (bare, MailSecurity.StartTls, "the mail server has no STARTTLS, or no way to sign in that is known here"),
            (strange, MailSecurity.StartTls, "the mail server has no certificate that this machine trusts for its name"),
            (other, MailSecurity.Tls, "the mail server has no certificate that this machine trusts for its name"),
        })
        {
            LetterSender sender = new(new MailServer("localhost", host.Port, security, "berth@fabrikam.example", "berth", "swordfish"), TimeProvider.System);
            Assert.Equal(problem, await sender.SendAsync("desk@contoso.com", "subject", "text", Cancel));
            Assert.False(host.HasMore);
        }

        bare.Stop();
        LetterSender gone = new(Plain(bare), TimeProvider.System);
        Assert.Equal("the mail server could not be reached, or the connection broke", await gone.SendAsync("desk@contoso.com", "subject", "text", Cancel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_signs_in_over_tls_with_the_password_of_a_file_and_tells_nobody_which(bool fromTheStart)
    {
        // B794, B785
        await using MailHost host = MailHost.Start(hasStartTls: !fromTheStart, isSealedFromTheStart: fromTheStart);
        host.Known = "berth:sword fish";
        string folder = Directory.CreateTempSubdirectory("berth-mail-").FullName, password = System.IO.Path.Combine(folder, "password"), trust = System.IO.Path.Combine(folder, "trust.pem");
        await File.WriteAllTextAsync(password, "sword fish\n", Cancel);
        await File.WriteAllTextAsync(trust, host.Certificate.ExportCertificatePem(), Cancel);
        Dictionary<string, string> environment = new()
        {
            ["BERTH_SMTP"] = $"localhost:{host.Port}",
            ["BERTH_SMTP_SECURITY"] = fromTheStart ? "tls" : "starttls",
            ["BERTH_SMTP_PASSWORD_FILE"] = password,
            ["SSL_CERT_FILE"] = trust,
        };
        await using BerthProcess berth = BerthProcess.LaunchIn(null, environment, null, "--demo", "--seed", "none", "--smtp-user", "berth", "--mail-from", "berth@fabrikam.example", "--log-level", "information");
        await berth.WaitUntilListeningAsync();
        using HttpClient http = await berth.ClientAsync();
        using HttpResponseMessage made = await http.PostAsync(new Uri(Path, UriKind.Relative), new StringContent("""{"address":"desk@contoso.com"}""", null, "application/json"), Cancel);
        using JsonDocument receiver = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Cancel));
        using HttpResponseMessage tested = await http.PostAsync(new Uri($"{Path}/{receiver.RootElement.GetProperty("id").GetString()}/test", UriKind.Relative), null, Cancel);
        Assert.Equal("""{"isTaken":true,"problem":null}""", await tested.Content.ReadAsStringAsync(Cancel));
        CaughtLetter letter = await host.NextAsync();
        Assert.Equal((true, "berth:sword fish"), (letter.IsSealed, letter.SignedIn));
        Assert.Contains("This is a test", letter.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sword", berth.Errors, StringComparison.Ordinal);
        Directory.Delete(folder, true);
    }

    [Theory]
    [InlineData("--mail-from belongs to a mail server", "--mail-from", "berth@example.com")]
    [InlineData("--smtp needs --mail-from", "--smtp", "mail.example.com")]
    [InlineData("--smtp needs --mail-from", "--smtp", "mail.example.com", "--mail-from", "berth")]
    [InlineData("is not a host with a port", "--smtp", "smtp://mail.example.com", "--mail-from", "b@example.com")]
    [InlineData("is not a host with a port", "--smtp", "mail.example.com:0", "--mail-from", "b@example.com")]
    [InlineData("is not a host with a port", "--smtp", "mail.example.com:65536", "--mail-from", "b@example.com")]
    [InlineData("is not a host with a port", "--smtp", "::1", "--mail-from", "b@example.com")]
    [InlineData("'maybe' not recognized", "--smtp", "mail.example.com", "--mail-from", "b@example.com", "--smtp-security", "maybe")]
    [InlineData("--smtp-user needs a password", "--smtp", "mail.example.com", "--mail-from", "b@example.com", "--smtp-user", "berth")]
    [InlineData("is not there, is empty", "--smtp", "mail.example.com", "--mail-from", "b@example.com", "--smtp-user", "berth", "--smtp-password-file", "/nowhere/password")]
    public void What_is_wrong_with_a_mail_server_is_told_before_the_start(string mention, params string[] arguments)
    {
        // B794, B785
        System.CommandLine.ParseResult parsed = Berth.CommandLine.BerthCommand.Root().Parse(["serve", .. arguments]);
        Assert.Contains(parsed.Errors, error => error.Message.Contains(mention, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("smtp.example.com", "none", false)]
    [InlineData("smtp.example.com:465", "tls", true)]
    [InlineData("smtp.example.com:1", "starttls", true)]
    [InlineData("smtp.example.com:65535", "starttls", true)]
    [InlineData("[::1]:25", "none", true)]
    [InlineData("127.0.0.1", "none", true)]
    [InlineData("localhost:25", "none", true)]
    public void A_password_goes_in_the_clear_to_this_machine_only(string server, string security, bool isTaken)
    {
        // B794
        string password = System.IO.Path.GetTempFileName();
        File.WriteAllText(password, new string('x', Berth.CommandLine.MailOptions.LongestPassword));
        string[] said = ["serve", "--smtp", server, "--mail-from", "b@example.com", "--smtp-user", new string('u', Berth.CommandLine.MailOptions.LongestUser), "--smtp-password-file", password, "--smtp-security", security];
        Assert.Equal(isTaken, Berth.CommandLine.BerthCommand.Root().Parse(said).Errors.Count == 0);

        // One more is too much.
        Assert.NotEmpty(Berth.CommandLine.BerthCommand.Root().Parse([.. said.Select(word => word[0] == 'u' ? word + "u" : word)]).Errors);
        File.AppendAllText(password, "x");
        Assert.NotEmpty(Berth.CommandLine.BerthCommand.Root().Parse(said).Errors);
        File.Delete(password);
    }

    private static MailServer Plain(MailHost host) => new("127.0.0.1", host.Port, MailSecurity.None, "berth@fabrikam.example", null, null);

    private static async Task<CaughtLetter> NextAsync(SteppedTime time, MailHost host)
    {
        Task<CaughtLetter> next = host.NextAsync();
        await time.StepUntilAsync(TimeSpan.FromSeconds(1), next);
        return await next;
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Berth.Portal.Tests;

/// <summary>The place where it is said how the tenant behaves, who may ask it, and in a demo what time it is.</summary>
[Collection(Machines.Name)]
public sealed class Settings(PortalUnderTest portal) : PortalTests(portal)
{
    // B601, B611, B638
    [Fact]
    public async Task Each_setting_says_what_it_does_and_only_what_was_changed_is_sent()
    {
        await using OwnCompany company = await OwnCompany.StartAsync();
        await company.SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { provisioningDelay = "PT90S", failureRates = new { resize = 0.5 } });
        await using Window window = await company.OpenAsync(Portal, "settings");
        IPage page = window.Page;
        await Expect(page.GetByText("contoso.example", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tenant" }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.GetByLabel("Minutes that each job takes the simulator")).ToHaveValueAsync("1.5");
        await Expect(page.GetByLabel("Resizing")).ToHaveValueAsync("50");
        await window.PictureAsync("settings-behavior-light");
        await window.IsAccessibleAsync();
        await page.GetByLabel("Who waits for a license is tried again").SelectOptionAsync("entra-strict");
        await page.GetByLabel("Sessions that the buffer gives above the licenses of a size").FillAsync("2");
        await page.GetByLabel("Minutes that a shared Cloud PC is out of use after each user").FillAsync("5");
        await page.GetByLabel("Making", new() { Exact = true }).FillAsync("12.5");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Saved.")).ToBeVisibleAsync();
        JsonNode now = await company.GetAsync("/berth/v1/settings");
        Assert.Equal(
            ("entra-strict", "atomic", 2, "PT5M", "PT1M30S", """{"provision":0.125,"resize":0.5}"""),
            ((string)now["retry"]!, (string)now["groupAtomicity"]!, (int)now["bufferExcess"]!, (string)now["profileResetTime"]!, (string)now["provisioningDelay"]!, now["failureRates"]!.ToJsonString()));

        // Nothing is any number.
        await page.GetByLabel("Sessions that the buffer gives above the licenses of a size").FillAsync("");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Saved.")).ToBeVisibleAsync();
        Assert.Null((await company.GetAsync("/berth/v1/settings"))["bufferExcess"]);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await window.PictureAsync("settings-behavior-dark");
        await page.SetViewportSizeAsync(400, 800);
        await window.PictureAsync("settings-behavior-dark-400");
        await window.IsAccessibleAsync();
    }

    // B601, B611, B637, B656, B659
    [Fact]
    public async Task A_program_is_registered_with_what_it_may_do_and_its_secret_is_shown_once()
    {
        await using OwnCompany company = await OwnCompany.StartAsync();
        await using Window window = await company.OpenAsync(Portal, "settings/access");
        IPage page = window.Page;
        await Expect(page.GetByText("Comes with the demo")).ToBeVisibleAsync();
        await page.GetByLabel("Name").FillAsync("Payroll");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "User.Read.All", Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Register it" }).ClickAsync();
        ILocator made = page.GetByRole(AriaRole.Region, new() { Name = "Sign-in of Payroll" });
        await Expect(made.GetByRole(AriaRole.Heading)).ToBeFocusedAsync();
        IReadOnlyList<string> values = await made.GetByRole(AriaRole.Definition).AllTextContentsAsync();
        Assert.Equal((200, 403), await company.MayAsync(values[1], values[2]));
        await window.PictureAsync("settings-access-light");
        await window.IsAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "New secret for Payroll" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a new secret" }).ClickAsync();
        await Expect(made.GetByText(values[2], new() { Exact = true })).ToHaveCountAsync(0);
        string second = (await made.GetByRole(AriaRole.Definition).AllTextContentsAsync())[2];
        Assert.Equal((401, 401), await company.MayAsync(values[1], values[2]));
        Assert.Equal((200, 403), await company.MayAsync(values[1], second));

        // A certificate, as PEM and as bytes; a file with the key in it stays here.
        using RSA key = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=Payroll", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        ILocator row = page.GetByRole(AriaRole.Table, new() { Name = "Applications" }).GetByRole(AriaRole.Row, new() { Name = "Payroll" });
        await ChooseAsync(page, row, "payroll.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem()));
        await Expect(page.GetByText("It has a private key in it: nothing was sent.")).ToBeVisibleAsync();
        await ChooseAsync(page, row, "payroll.pem", Encoding.ASCII.GetBytes("no certificate"));
        await Expect(page.GetByText("It is no certificate")).ToBeVisibleAsync();
        Assert.Empty(await CertificatesAsync(company));
        await ChooseAsync(page, row, "payroll.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Add the certificate payroll.pem to Payroll" });
        await Expect(dialog.GetByText("Whoever has its key signs in as Payroll from then on")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();
        await Expect(row.GetByText(certificate.Thumbprint[..8])).ToBeVisibleAsync();
        using X509Certificate2 next = new CertificateRequest("CN=Payroll", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        await ChooseAsync(page, row, "next.cer", next.RawData);
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Add the certificate next.cer to Payroll" }).GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();
        await Expect(row.GetByText(next.Thumbprint[..8])).ToBeVisibleAsync();
        Assert.Equal([certificate.Thumbprint, next.Thumbprint], await CertificatesAsync(company));

        // On a telephone too ids stand in one line.
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(400, 800);
        Assert.Equal(1, await page.Locator(".secret").EvaluateAllAsync<int>(Lines));
        await window.PictureAsync("settings-access-dark-400");
        await window.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take away Payroll" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it away" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Applications" }).GetByText("Payroll")).ToHaveCountAsync(0);
        Assert.NotEqual(200, (await company.MayAsync(values[1], second)).Users);
    }

    // The most lines that one of the ids has.
    private const string Lines = """
        all => Math.max(...all.filter(one => /^[0-9a-f-]{36}$/.test(one.textContent.trim())).map(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            return new Set([...range.getClientRects()].map(line => Math.round(line.top))).size;
        }))
        """;

    private static async Task ChooseAsync(IPage page, ILocator row, string name, byte[] file)
    {
        IFileChooser chooser = await page.RunAndWaitForFileChooserAsync(() => row.GetByText("Add a certificate").ClickAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = file });
    }

    private static async Task<IEnumerable<string>> CertificatesAsync(OwnCompany company) => (await company.GetAsync("/berth/v1/applications"))["value"]!.AsArray()
        .Single(app => (string)app!["displayName"]! == "Payroll")!["certificates"]!.AsArray().Select(one => (string)one!["thumbprint"]!);

    // B601, B611, B639, B658
    [Fact]
    public async Task The_clock_of_a_demo_is_moved_after_it_was_said_whose_data_goes_and_faults_come_and_go()
    {
        await using OwnCompany company = await OwnCompany.StartAsync();
        string sku = await company.BuyAsync("CPC_E_2C_8GB_128GB", 1), user = await company.UserAsync("Ada Adler");
        await company.PolicyAsync("Desks", "dedicated", new { groupId = await company.GroupAsync("Desks", [user]) });
        await company.LicenseAsync(user, sku);
        await company.SendAsync(HttpMethod.Post, $"/v1.0/users/{user}/assignLicense", new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { sku } });

        await using Window window = await company.OpenAsync(Portal, "settings/clock");
        IPage page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop the clock" }).ClickAsync();
        await page.GetByLabel("Move on by").FillAsync("8");
        await page.GetByLabel("Unit").SelectOptionAsync("1440");
        await page.GetByRole(AriaRole.Button, new() { Name = "Move the clock" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Move the clock to" });
        await Expect(dialog.GetByText("1 Cloud PC reaches the end of its grace period and loses its data: CPC-ada")).ToBeVisibleAsync();
        await window.PictureAsync("settings-clock-light");
        await window.IsAccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Move it" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        Assert.Empty((await company.GetAsync(OwnCompany.Endpoint + "/cloudPCs"))["value"]!.AsArray());
        await page.GetByRole(AriaRole.Button, new() { Name = "Let it run again" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Let the clock run again" }).GetByRole(AriaRole.Button, new() { Name = "Let it run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Stop the clock" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Tab, new() { Name = "Faults" }).ClickAsync();
        await page.GetByLabel("What happens").SelectOptionAsync("error");
        await page.GetByLabel("To which requests").FillAsync("GET /groups");
        await page.GetByLabel("Status").SelectOptionAsync("504");
        await page.GetByLabel("At most").FillAsync("3");
        await page.Keyboard.PressAsync("Enter");
        ILocator row = page.GetByRole(AriaRole.Table, new() { Name = "Faults" }).GetByRole(AriaRole.Row, new() { Name = "GET /groups" });
        await Expect(row.GetByText("An error of the server (504)")).ToBeVisibleAsync();
        await company.RefusedAsync(HttpMethod.Get, "/v1.0/groups", null);
        await page.GetByRole(AriaRole.Button, new() { Name = "Look again" }).ClickAsync();
        await Expect(row.GetByRole(AriaRole.Cell, new() { Name = "1", Exact = true })).ToHaveCountAsync(2);

        // Stale reads and quotas of a tenant's own.
        await page.GetByLabel("What happens").SelectOptionAsync("eventualConsistency");
        await page.GetByLabel("Changes behind").FillAsync("3");
        await page.GetByLabel("Seconds behind").FillAsync("0.5");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("(at most 3 changes behind, at most 0.5 seconds)")).ToBeVisibleAsync();
        await window.PictureAsync("settings-stale-light");
        await page.GetByLabel("What happens").SelectOptionAsync("throttleModel");
        await page.GetByLabel("Units of an application in 10 seconds").FillAsync("9000");
        await page.GetByLabel("Its writes in 150 seconds").FillAsync("1");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("(9,000 units in 10 seconds, 1 write in 150 seconds)")).ToBeVisibleAsync();
        JsonArray faults = (await company.GetAsync("/berth/v1/faults"))["value"]!.AsArray();
        Assert.Equal(
            (3, "PT0.5S", 9000, 1),
            ((int)faults[1]!["versions"]!, (string)faults[1]!["window"]!, (int)faults[2]!["resourceUnits"]!, (int)faults[2]!["writes"]!));
        await window.PictureAsync("settings-faults-light");
        await window.IsAccessibleAsync();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(400, 800);
        await window.PictureAsync("settings-faults-dark-400");
        await window.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take all away" }).ClickAsync();
        await Expect(page.GetByText("No fault is installed.")).ToBeVisibleAsync();
        await company.GetAsync("/v1.0/groups");
    }
}

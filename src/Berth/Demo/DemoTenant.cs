using System.Globalization;
using System.Text;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;
using Berth.Serving;

namespace Berth.Demo;

/// <summary>Who gets into the demo, beside the journal.</summary>
/// <param name="Apps">Where its client is accepted.</param>
/// <param name="Passwords">Where its admin's password is accepted.</param>
/// <param name="Administrators">Where its admin is one.</param>
/// <param name="Certificate">The certificate of its client (DER).</param>
internal sealed record DemoAccess(AppRegistrations Apps, UserPasswords Passwords, Administrators Administrators, ValueArray<byte> Certificate);

/// <summary>The tenant of <c>--demo</c>: its well-known names, and how it comes into being, once.</summary>
internal static class DemoTenant
{
    /// <summary>The verified domain.</summary>
    public const string Domain = "contoso.example";

    /// <summary>The secret of the demo's client. It is no secret: that is why the demo listens on loopback only.</summary>
    public const string Secret = "berth-demo-secret";

    /// <summary>The sign-in name of the admin.</summary>
    public const string Admin = "admin@" + Domain;

    /// <summary>The admin's password, until they are given another.</summary>
    public const string Password = "berth-demo-password";

    /// <summary>The tenant.</summary>
    public static readonly Guid Id = new("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");

    /// <summary>The client, which has every permission.</summary>
    public static readonly Guid ClientId = new("b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20");

    private const string MarkBlob = "demo/seed";

    /// <summary>Raised whenever <see cref="CommandsOf"/> changes, so that a half-made tenant is never continued with other commands.</summary>
    private const int Revision = 3;

    /// <summary>
    /// Makes the tenant when it is not there, or goes on where a killed process stopped: every command of the seed is one event, so the
    /// tenant's version tells how far it came. Nothing else can write before: the server listens afterwards. Then accepts the demo's client, which is
    /// never stored: without <c>--demo</c> nobody gets in with a secret that everybody knows.
    /// </summary>
    public static async Task MakeAsync(LedgerDoor ledger, DemoAccess access, DemoSeed seed, CancellationToken cancel)
    {
        await MakeAsync(ledger, seed, cancel).ConfigureAwait(false);
        Accept(access);
    }

    /// <summary>Makes the tenant and accepts nobody.</summary>
    public static async Task MakeAsync(LedgerDoor ledger, DemoSeed seed, CancellationToken cancel)
    {
        Mark mark = Mark.Read(await ledger.ReadBlobAsync(MarkBlob, cancel).ConfigureAwait(false)) ?? new Mark(Revision, seed, false);
        if (!mark.Done)
        {
            if (mark.Revision != Revision)
            {
                throw new StartRefusedException("the demo tenant in this data folder was left half made by another version of Berth; choose an empty folder with --data DIR.");
            }

            await ledger.WriteBlobAsync(MarkBlob, mark.Write(), cancel).ConfigureAwait(false);
            await SeedAsync(ledger, CommandsOf(mark.Seed), cancel).ConfigureAwait(false);
            await ledger.WriteBlobAsync(MarkBlob, (mark with { Done = true }).Write(), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Accepts the demo's client, its admin and their password while this process runs.</summary>
    public static void Accept(DemoAccess access)
    {
        access.Apps.AcceptWhileRunning(new AppRegistration(
            ClientId, DemoIds.Of("service principal", "demo"), Id, "Berth demo client", PermissionSet.OfApplications.ToValueArray(), ClientSecret.Of(Secret))
        {
            Certificates = [access.Certificate],
        });
        access.Passwords.AcceptWhileRunning(ContosoPeople.Administrator.Id, Password);
        access.Administrators.AcceptWhileRunning(Id, ContosoPeople.Administrator.Id);
    }

    /// <summary>What makes the tenant, in order; every command is one event.</summary>
    public static IReadOnlyList<Command> CommandsOf(DemoSeed seed)
    {
        Command.CreateTenant create = new(new TenantProfile(Id, "Contoso", Domain, "US", TenantKind.Demo, default), SkuCatalog.BuiltIn);
        return seed switch
        {
            DemoSeed.None => [create, new Command.CreateUser(ContosoPeople.Administrator)],
            DemoSeed.Contoso => [create, new Command.CreateUser(ContosoPeople.Administrator), .. ContosoCompany.Commands()],
        };
    }

    private static async Task SeedAsync(LedgerDoor ledger, IReadOnlyList<Command> commands, CancellationToken cancel)
    {
        TenantDesk? desk = ledger.Find(Id);
        if (desk is null)
        {
            desk = await ledger.CreateTenantAsync((Command.CreateTenant)commands[0], Actor.Berth, cancel).ConfigureAwait(false) switch
            {
                TenantCreation.Created created => created.Desk,
                TenantCreation.Refused refused => throw new StartRefusedException($"the demo tenant cannot be made in this data folder: {refused.Refusal.Code} {refused.Refusal.Detail}"),
                _ => throw new InvalidOperationException("A tenant is created or refused."),
            };
        }

        // The ledger decides in the order of submission; waiting for each would cost a disk flush each.
        Command[] rest = [.. commands.Skip(checked((int)desk.Current.Version))];
        Task<Submission>[] submissions = [.. rest.Select(command => desk.SubmitAsync(command, Actor.Berth, null, cancel).AsTask())];
        foreach ((Command command, Submission submission) in rest.Zip(await Task.WhenAll(submissions).ConfigureAwait(false)))
        {
            if (submission is not Submission.Done { Decision: Decision.Accepted { Event: not null, Lines.Count: 0 } })
            {
                throw new InvalidOperationException($"The demo's own command is wrong: {command.GetType().Name} became {submission}.");
            }
        }
    }

    /// <summary>How far the seed came, as a named value in the ledger.</summary>
    private sealed record Mark(int Revision, DemoSeed Seed, bool Done)
    {
        public static Mark? Read(byte[]? blob) =>
            blob is null ? null
            : Encoding.UTF8.GetString(blob).Split(' ') is [string revision, string seed, string done]
                && int.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && Enum.TryParse(seed, out DemoSeed which)
                ? new Mark(number, which, done == "done")
                : throw new InvalidDataException("The mark of the demo tenant in the database is damaged; choose an empty folder with --data DIR.");

        public byte[] Write() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Revision} {Seed} {(Done ? "done" : "begun")}"));
    }
}

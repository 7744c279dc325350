using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;

namespace Berth.SetUp;

/// <summary>Brings tenants into being, each with its first application and, where one is named, its first administrator; one at a time (B731).</summary>
internal sealed class NewTenants(LedgerDoor ledger, FirstAdministrator administrator, AppRegistrations apps, InstallationTenant installation, Func<TenantDesk, Task>? settle = null) : IDisposable
{
    private readonly SemaphoreSlim _making = new(1, 1);

    /// <summary>What became of one.</summary>
    public abstract record Made
    {
        private Made()
        {
        }

        /// <summary>It is there.</summary>
        /// <param name="Tenant">The tenant.</param>
        /// <param name="App">Its first application, which may do everything in it.</param>
        /// <param name="Secret">The application's secret, which is told this once.</param>
        public sealed record Done(TenantProfile Tenant, AppRegistration App, string Secret) : Made
        {
            /// <summary>Writes it as set-up answers.</summary>
            public void Write(Utf8JsonWriter json)
            {
                json.WriteStartObject();
                json.WriteString("tenantId", Tenant.Id);
                json.WriteString("clientId", App.ClientId);
                json.WriteString("clientSecret", Secret);
                json.WriteEndObject();
            }
        }

        /// <summary>It cannot be, and nothing is left of it.</summary>
        /// <param name="Why">For people.</param>
        public sealed record Refused(string Why) : Made;
    }

    /// <summary>Makes a tenant that has no <see cref="NewTenant.Problem"/>; durable when it returns.</summary>
    public async Task<Made> MakeAsync(NewTenant wanted, Actor actor)
    {
        await _making.WaitAsync().ConfigureAwait(false);
        try
        {
            string secret = ClientSecret.Invent();
            TenantProfile profile = wanted.Profile();
            AppRegistration app = new(Guid.NewGuid(), Guid.NewGuid(), profile.Id, "First application", PermissionSet.OfApplications.ToValueArray(), ClientSecret.OfInvented(secret));

            // All of it or nothing: a tenant that nobody can enter could not be set up again (B741).
            TenantCreation creation = await ledger.CreateTenantAsync(
                new Command.CreateTenant(profile, SkuCatalog.BuiltIn), Actor.Berth, desk => FurnishAsync(desk, app, wanted.Administrator, actor), CancellationToken.None).ConfigureAwait(false);
            if (creation is TenantCreation.Refused refused)
            {
                return new Made.Refused(refused.Refusal.Detail ?? "The tenant cannot be created.");
            }

            TenantDesk desk = ((TenantCreation.Created)creation).Desk;
            // Where there are several nodes, it is served here from now on.
            await (settle?.Invoke(desk) ?? Task.CompletedTask).ConfigureAwait(false);

            return new Made.Done(desk.Current.Profile, app, secret);
        }
        finally
        {
            _making.Release();
        }
    }

    private async Task FurnishAsync(TenantDesk desk, AppRegistration app, SetUpAdministrator? person, Actor actor)
    {
        // Both tenants tell of it: the new one of who gets in, the installation's own that there is another (B738).
        TenantProfile profile = desk.Current.Profile;
        await IdentityRecord.WriteAtAsync(installation.Desk ?? desk, actor, IdentityAct.TenantMade, desk.Id, profile.DisplayName, profile.Domain).ConfigureAwait(false);
        await IdentityRecord.WriteAtAsync(desk, Actor.Berth, IdentityAct.ApplicationAdded, app.ClientId, app.DisplayName, string.Join(' ', app.Permissions)).ConfigureAwait(false);
        await ledger.WriteBlobAsync(desk, TenantMaker.NameOf(desk.Id), TenantMaker.ValueOf(actor), CancellationToken.None).ConfigureAwait(false);
        await apps.PutAsync(app, CancellationToken.None).ConfigureAwait(false);
        if (person is not null)
        {
            await administrator.MakeAsync(desk, person).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _making.Dispose();
}

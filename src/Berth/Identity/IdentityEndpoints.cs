using System.Security.Cryptography;
using Berth.Ledger;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>The token server: OpenIddict without a database of its own; every rule about who gets what is ours.</summary>
internal static class IdentityEndpoints
{
    /// <summary>Adds the token server.</summary>
    public static void AddIdentity(this IServiceCollection services, SigningKeys keys, ExternalIssuerOptions? external)
    {
        services.AddSingleton(keys);
        services.AddHostedService<KeyTending>();
        services.AddSingleton<OwnAddresses>();
        if (external is not null)
        {
            services.AddSingleton(external);
            services.AddSingleton<ExternalIssuer>();
            services.AddSingleton<ExternalSignIn>();
        }

        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<WaitingDevices>();
        services.AddSingleton<ClientAssertions>();
        services.AddSingleton<TokenRequestRules>();
        services.AddSingleton<DevicePages>();
        services.AddSingleton<AuthorizationPage>();
        services.AddSingleton<ManagedIdentity>();
        services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode();
            server.AllowClientCredentialsFlow();
            server.AllowCustomFlow(TokenRequestReading.AnyGrant);
            server.SetTokenEndpointUris(BelowTenant(IdentityPaths.Token));
            server.SetConfigurationEndpointUris(BelowTenant(IdentityPaths.Configuration));
            server.SetJsonWebKeySetEndpointUris(BelowTenant(IdentityPaths.Keys));

            // OpenIddict wants one to begin with; each token is signed with that of its moment.
            server.AddSigningCredentials(keys.Signer);

            // Access tokens are signed, not encrypted: clients read them. The key is demanded all the same.
            server.DisableAccessTokenEncryption();
            server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)));
            server.DisableScopeValidation();
            server.DisableResourceValidation();
            server.DisableAudienceValidation();
            server.SetAccessTokenLifetime(TokenWriter.Lifetime);
            server.UseAspNetCore().DisableTransportSecurityRequirement();

            server.AddEventHandler<ExtractTokenRequestContext>(handler => handler
                .UseSingletonHandler<TokenRequestReading>()
                .SetOrder(int.MaxValue - 1000));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler
                .UseSingletonHandler<TokenRequestRules>()
                .SetOrder(int.MinValue));
            server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<TokenIssue>());
            server.AddEventHandler<GenerateTokenContext>(handler => handler
                .UseSingletonHandler<TokenWriter>()
                .SetOrder(OpenIddictServerHandlers.Protection.GenerateIdentityModelToken.Descriptor.Order - 1));
            server.AddEventHandler<ApplyTokenResponseContext>(handler => handler
                .UseSingletonHandler<TokenAnswer>()
                .SetOrder(int.MinValue));
            server.AddEventHandler<HandleJsonWebKeySetRequestContext>(handler => handler
                .UseSingletonHandler<PublishedKeys>()
                .SetOrder(int.MaxValue));
            server.AddEventHandler<HandleConfigurationRequestContext>(handler => handler
                .UseSingletonHandler<TenantConfiguration>()
                .SetOrder(int.MaxValue));
        });

        // ASP.NET's authentication brings keys that it would write to the user's home at every start; nothing here uses them.
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        foreach (ServiceDescriptor hosted in services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly).ToArray())
        {
            services.Remove(hosted);
        }
    }

    /// <summary>Answers the identity paths; to any other path there is nothing after this.</summary>
    public static void UseIdentity(this IApplicationBuilder app)
    {
        app.Use(async (context, next) =>
        {
            if (ManagedIdentity.Answers(context.Request.Path))
            {
                await context.RequestServices.GetRequiredService<ManagedIdentity>().AnswerAsync(context).ConfigureAwait(false);
                return;
            }

            if (context.Request.Path.Equals(DevicePages.Path, StringComparison.OrdinalIgnoreCase))
            {
                await context.RequestServices.GetRequiredService<DevicePages>().AnswerPageAsync(context).ConfigureAwait(false);
                return;
            }

            SignedInPerson? external = null;
            if (context.RequestServices.GetService<ExternalSignIn>() is { } elsewhere)
            {
                if (context.Request.Path.Equals(ExternalSignIn.BeginPath, StringComparison.OrdinalIgnoreCase))
                {
                    await elsewhere.BeginAsync(context).ConfigureAwait(false);
                    return;
                }

                if (context.Request.Path.Equals(ExternalSignIn.CallbackPath, StringComparison.OrdinalIgnoreCase))
                {
                    if (await elsewhere.FinishAsync(context).ConfigureAwait(false) is not { } finished)
                    {
                        return;
                    }

                    // The sign-in that began here goes on as if its page had been answered.
                    int question = finished.Return.IndexOf('?', StringComparison.Ordinal);
                    (context.Request.Path, context.Request.QueryString, external) = (finished.Return[..question], new QueryString(finished.Return[question..]), finished.Person);
                }
            }

            if (!IdentityPaths.TrySplit(context.Request.Path, out string? tenant, out string? endpoint))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            // The addresses in the answers are those the client sees.
            context.Request.Scheme = OwnAddresses.SchemeOf(context);

            if (endpoint == IdentityPaths.Instance)
            {
                await IdentityPaths.WriteInstanceAsync(context).ConfigureAwait(false);
                return;
            }

            if (endpoint == IdentityPaths.UserRealm)
            {
                await IdentityPaths.WriteUserRealmAsync(context).ConfigureAwait(false);
                return;
            }

            TokenExchange exchange = new(tenant) { IsVersion1 = endpoint == IdentityPaths.OldToken, Person = external };
            context.Features.Set(exchange);

            // Made, not converted: a conversion would decode a second time what was decoded once.
            context.Request.PathBase = new PathString($"/{tenant}");
            context.Request.Path = new PathString(endpoint == IdentityPaths.OldToken ? IdentityPaths.Token : endpoint);
            if (endpoint == IdentityPaths.Authorize)
            {
                await context.RequestServices.GetRequiredService<AuthorizationPage>().AnswerAsync(context, exchange).ConfigureAwait(false);
                return;
            }

            if (endpoint is IdentityPaths.Token or IdentityPaths.OldToken or IdentityPaths.DeviceCode && await IdentityPaths.ReadFormAsync(context).ConfigureAwait(false) is { } unread)
            {
                await TokenAnswer.WriteAsync(context, unread, unread.Code == TokenRefusalCode.FormTooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest).ConfigureAwait(false);
                return;
            }

            if (endpoint == IdentityPaths.DeviceCode)
            {
                await context.RequestServices.GetRequiredService<DevicePages>().BeginAsync(context, exchange).ConfigureAwait(false);
                return;
            }

            await next(context).ConfigureAwait(false);
        });
        app.UseAuthentication();
    }

    // Relative to the path base, which is the tenant.
    private static string BelowTenant(string path) => path.TrimStart('/');

    /// <summary>The request that a transaction of OpenIddict serves.</summary>
    public static HttpContext HttpContext(this OpenIddictServerTransaction transaction) =>
        transaction.GetHttpRequest()?.HttpContext ?? throw new InvalidOperationException("OpenIddict was called without a request.");
}

/// <summary>What discovery says beyond OpenIddict's own: the issuer names the tenant as its tokens do.</summary>
internal sealed class TenantConfiguration(LedgerDoor ledger) : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        HttpContext http = context.Transaction.HttpContext();
        TokenExchange exchange = TokenExchange.Of(http);
        if (exchange.FindTenant(ledger) is { } tenant)
        {
            context.Issuer = new Uri(IdentityPaths.IssuerOf(http.Request, tenant.Id));
        }
        else if (!exchange.AnyTenant)
        {
            context.Reject("invalid_tenant", $"AADSTS90002: Tenant '{exchange.TenantName}' not found. Use a tenant id or a verified domain of this Berth.");
            return ValueTask.CompletedTask;
        }

        // MSAL for Node does not start without an authorization endpoint, even when it only wants client credentials.
        context.AuthorizationEndpoint = new Uri(UriHelper.BuildAbsolute(http.Request.Scheme, http.Request.Host, http.Request.PathBase, "/oauth2/v2.0/authorize"));

        context.Metadata["device_authorization_endpoint"] = UriHelper.BuildAbsolute(http.Request.Scheme, http.Request.Host, http.Request.PathBase, IdentityPaths.DeviceCode);
        context.TokenEndpointAuthenticationMethods.Add(OpenIddictConstants.ClientAuthenticationMethods.PrivateKeyJwt);
        context.GrantTypes.Remove(TokenRequestReading.AnyGrant);
        context.GrantTypes.UnionWith(
        [
            OpenIddictConstants.GrantTypes.AuthorizationCode, OpenIddictConstants.GrantTypes.RefreshToken, OpenIddictConstants.GrantTypes.Password,
            OpenIddictConstants.GrantTypes.DeviceCode,
        ]);
        context.ResponseTypes.Add(OpenIddictConstants.ResponseTypes.Code);
        context.ResponseModes.UnionWith([OpenIddictConstants.ResponseModes.Query, OpenIddictConstants.ResponseModes.Fragment]);
        context.CodeChallengeMethods.Add(OpenIddictConstants.CodeChallengeMethods.Sha256);
        context.Scopes.UnionWith(["openid", "profile", "email", "offline_access"]);
        return ValueTask.CompletedTask;
    }
}

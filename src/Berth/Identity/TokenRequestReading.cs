using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>
/// Keeps a request for a token as it came and shows OpenIddict a plainer one: it would look for codes, refresh tokens and assertions in a store that there is
/// not. Their rules are ours (<see cref="TokenRequestRules"/>).
/// </summary>
internal sealed class TokenRequestReading : IOpenIddictServerHandler<ExtractTokenRequestContext>
{
    /// <summary>The grant that stands for all: one that OpenIddict has no rule for.</summary>
    public const string AnyGrant = "urn:berth:grant";

    /// <inheritdoc/>
    public ValueTask HandleAsync(ExtractTokenRequestContext context)
    {
        if (context.Request is not { } request)
        {
            return ValueTask.CompletedTask;
        }

        TokenExchange exchange = TokenExchange.Of(context.Transaction.HttpContext());
        OpenIddictRequest asked = new(request.GetParameters());
        exchange.Asked = asked;
        request.ClientAssertion = null;
        request.ClientAssertionType = null;
        request.Scope = null;
        if (!string.IsNullOrEmpty(asked.GrantType))
        {
            request.GrantType = AnyGrant;
        }

        return ValueTask.CompletedTask;
    }
}

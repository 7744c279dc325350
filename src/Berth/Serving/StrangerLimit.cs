using System.Globalization;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.SetUp;

namespace Berth.Serving;

/// <summary>
/// On the ways to a token an address that was refused again and again is answered with 429 and <c>Retry-After</c> for a while, before anything is looked at (B766): the token and device endpoints in
/// OAuth's form, which their clients read, the others in Graph's.
/// </summary>
internal sealed class StrangerLimit(Strangers strangers, TimeProvider time, RequestDelegate next)
{
    /// <summary>Lets through who has refusals left; everything that is no way to a token goes on.</summary>
    public Task InvokeAsync(HttpContext context) => Look(context.Request.Path) is (true, var isOAuth) ? LimitAsync(context, isOAuth) : next(context);

    private async Task LimitAsync(HttpContext context, bool isOAuth)
    {
        string address = Strangers.AddressOf(context);
        int seconds = strangers.Take(address);
        if (seconds > 0)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await (isOAuth
                ? TokenAnswer.WriteAsync(context, new TokenRefusal(TokenRefusalCode.TooManyRefusals), StatusCodes.Status429TooManyRequests)
                : context.WriteErrorAsync(GraphError.TooManyRefusals(seconds), time)).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
        if (context.Response.StatusCode is < 400 or >= 500)
        {
            strangers.GiveBack(address);
        }
    }

    private static (bool IsWay, bool IsOAuth) Look(PathString path) =>
        path.Equals(DevicePages.Path, StringComparison.OrdinalIgnoreCase) || path.Equals(ExternalSignIn.CallbackPath, StringComparison.OrdinalIgnoreCase) || path.Equals(SetUpEndpoint.Path, StringComparison.OrdinalIgnoreCase) ? (true, false)
        : !IdentityPaths.TrySplit(path, out _, out string? endpoint) ? (false, false)
        : endpoint is IdentityPaths.Token or IdentityPaths.OldToken or IdentityPaths.DeviceCode ? (true, true)
        : (endpoint == IdentityPaths.Authorize, false);
}

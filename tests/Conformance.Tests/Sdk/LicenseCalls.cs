using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>License calls as a program writes them, and what the SDK makes of a refusal.</summary>
public static class LicenseCalls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A license to add.</summary>
    public static AssignedLicense License(Guid sku, params Guid[] disabledPlans) => new() { SkuId = sku, DisabledPlans = [.. disabledPlans.Select(plan => (Guid?)plan)] };

    /// <summary>assignLicense on a user.</summary>
    public static Task<User?> AssignAsync(this GraphServiceClient graph, string user, IEnumerable<AssignedLicense> add, params Guid[] remove) =>
        graph.Users[user].AssignLicense.PostAsync(
            new() { AddLicenses = [.. add], RemoveLicenses = [.. remove.Select(sku => (Guid?)sku)] }, cancellationToken: Cancel);

    /// <summary>assignLicense on a user, to add one SKU.</summary>
    public static Task<User?> AddAsync(this GraphServiceClient graph, string user, Guid sku) => graph.AssignAsync(user, [License(sku)]);

    /// <summary>assignLicense on a group.</summary>
    public static Task<Group?> AssignGroupAsync(this GraphServiceClient graph, string group, IEnumerable<AssignedLicense> add, params Guid[] remove) =>
        graph.Groups[group].AssignLicense.PostAsync(
            new() { AddLicenses = [.. add], RemoveLicenses = [.. remove.Select(sku => (Guid?)sku)] }, cancellationToken: Cancel);

    /// <summary>A call that Graph refuses: status, code, message and machine code are exactly these, and both ids are GUIDs.</summary>
    public static async Task<ODataError> RefusedAsync(int status, string code, string innerCode, string message, Func<Task> call)
    {
        ODataError error = await Assert.ThrowsAsync<ODataError>(call);
        Assert.Equal(status, error.ResponseStatusCode);
        Assert.Equal(code, error.Error!.Code);
        Assert.Equal(message, error.Error.Message);
        Assert.Equal(message, error.Message);
        Assert.Equal(innerCode, error.Error.InnerError!.AdditionalData["code"] as string);
        Assert.True(Guid.TryParse(error.Error.InnerError.RequestId, out _));
        Assert.True(Guid.TryParse(error.Error.InnerError.ClientRequestId, out _));
        Assert.NotNull(error.Error.InnerError.Date);
        Assert.Equal(error.Error.InnerError.RequestId, Assert.Single(error.ResponseHeaders!["request-id"]));
        Assert.Equal(error.Error.InnerError.ClientRequestId, Assert.Single(error.ResponseHeaders["client-request-id"]));
        return error;
    }

    /// <summary>A 400 of the directory.</summary>
    public static Task<ODataError> BadRequestAsync(string innerCode, string message, Func<Task> call) =>
        RefusedAsync(400, "Request_BadRequest", innerCode, message, call);

    /// <summary>The states of a user as short lines: SKU, source, state, error; sorted.</summary>
    public static string[] States(this User user) =>
        [.. user.LicenseAssignmentStates!.Select(state => $"{state.SkuId} {state.AssignedByGroup ?? "direct"} {state.State} {state.Error}").Order(StringComparer.Ordinal)];
}

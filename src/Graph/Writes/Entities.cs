using Berth.Engine;
using Berth.Graph.Reads;
using Berth.Graph.Requests;

namespace Berth.Graph.Writes;

/// <summary>The user or group that a write answers with: its default properties and what proves the result (L9, L10).</summary>
internal static class Entities
{
    /// <summary>A user that a command made or changed.</summary>
    public static GraphResponse User(Tenant tenant, GraphRequest request, int status, Guid id)
    {
        UserRow row = UserReads.At(tenant, tenant.FindUser(id))!.Value;
        return status == 201
            ? UserReads.Users.Written(request, row, status, Location(request, "users", id), "accountEnabled", "mailNickname", "usageLocation", "userType")
            : UserReads.Users.Written(
                request, row, status, default, "accountEnabled", "usageLocation", "assignedLicenses", "assignedPlans", "licenseAssignmentStates");
    }

    /// <summary>A group that a command made or changed.</summary>
    public static GraphResponse Group(Tenant tenant, GraphRequest request, int status, Guid id)
    {
        int index = tenant.FindGroup(id);
        GroupRow row = new(tenant, index, tenant.Groups[index]);
        return status == 201
            ? GroupReads.Groups.Written(request, row, status, Location(request, "groups", id))
            : GroupReads.Groups.Written(request, row, status, Location(request, "groups", id), "assignedLicenses", "licenseProcessingState");
    }

    private static ResponseHeaders Location(GraphRequest request, string collection, Guid id) =>
        new() { Location = $"{request.ServiceRoot}/{collection}/{id}" };
}

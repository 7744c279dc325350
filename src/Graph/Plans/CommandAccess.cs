using Berth.Engine;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Plans;

/// <summary>Who may have commands decided together: for each the permission that the call of Graph takes which does the same (B508).</summary>
internal static class CommandAccess
{
    private static readonly RouteAccess Directory = RouteAccess.AnyOf("Directory.ReadWrite.All");

    /// <summary>Who may at least one of them; which command it is decides the rest.</summary>
    public static RouteAccess Any { get; } =
        LicenseWrites.OfUsers.Or(LicenseWrites.OfGroups).Or(GroupWrites.Members).Or(UserWrites.Remove).Or(DeskAccess.Write).Or(CloudPcAccess.Write);

    /// <summary>Whether a caller may have all of them decided.</summary>
    public static bool Allows(this Caller caller, IEnumerable<Command> commands) => commands.All(command => Of(command).Allows(caller.Permissions));

    private static RouteAccess Of(Command command) => command switch
    {
        Command.AssignUserLicenses => LicenseWrites.OfUsers,
        Command.AssignGroupLicenses => LicenseWrites.OfGroups,
        Command.AddMembers or Command.RemoveMember or Command.RemoveMembers => GroupWrites.Members,
        Command.CreateUser or Command.UpdateUser or Command.ReportTo => UserWrites.Write,
        Command.DeleteUser => UserWrites.Remove,
        Command.CreateGroup or Command.UpdateGroup or Command.DeleteGroup or Command.AddOwners or Command.RemoveOwner => GroupWrites.Write,
        Command.CreateSubscription or Command.UpdateSubscription or Command.SetUnits or Command.UpdateSettings => DeskAccess.Write,
        Command.CreatePolicy or Command.UpdatePolicy or Command.DeletePolicy or Command.AssignPolicy or Command.EndGracePeriod or Command.Reprovision or Command.ResizeCloudPc
            or Command.RestoreCloudPc or Command.CreateUserSetting or Command.UpdateUserSetting or Command.DeleteUserSetting or Command.AssignUserSetting
            or Command.UpdateOrganizationSettings => CloudPcAccess.Write,
        _ => Directory,
    };
}

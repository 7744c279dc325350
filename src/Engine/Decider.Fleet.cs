namespace Berth.Engine;

/// <content>Commands about Windows 365.</content>
internal sealed partial class Decider
{
    private Refusal? CarryInFleet(Command command) => command switch
    {
        Command.CreatePolicy one => CreatePolicy(one),
        Command.UpdatePolicy one => UpdatePolicy(one),
        Command.DeletePolicy one => DeletePolicy(one),
        Command.AssignPolicy one => AssignPolicy(one),
        Command.ApplyPolicy one => ApplyPolicy(one),
        Command.RetryPolicy one => RetryPolicy(one),
        Command.EndGracePeriod one => EndGracePeriod(one),
        Command.Reprovision one => Reprovision(one),
        Command.RenameCloudPc one => RenameCloudPc(one),
        Command.ResizeCloudPc one => ResizeCloudPc(one),
        Command.RestoreCloudPc one => RestoreCloudPc(one),
        Command.SnapshotCloudPc one => SnapshotCloudPc(one),
        Command.RestartCloudPc one => RestartCloudPc(one),
        Command.TroubleshootCloudPc one => TroubleshootCloudPc(one),
        Command.ProvisionReserve one => ProvisionReserve(one),
        Command.DeprovisionReserve one => DeprovisionReserve(one),
        Command.ChangeUserAccountType one => ChangeUserAccountType(one),
        Command.SetReviewStatus one => SetReviewStatus(one),
        Command.UpdateOrganizationSettings one => UpdateOrganizationSettings(one),
        Command.StartBulkAction one => StartBulkAction(one),
        Command.ReportHostJob one => ReportHostJob(one),
        Command.CreateConnection one => CreateConnection(one),
        Command.UpdateConnection one => UpdateConnection(one),
        Command.DeleteConnection one => DeleteConnection(one),
        Command.RunHealthChecks one => RunHealthChecks(one),
        Command.SetConnectionPassword one => SetConnectionPassword(one),
        Command.SimulateChecks one => SimulateChecks(one),
        Command.CreateUserSetting one => CreateUserSetting(one),
        Command.UpdateUserSetting one => UpdateUserSetting(one),
        Command.DeleteUserSetting one => DeleteUserSetting(one),
        Command.AssignUserSetting one => AssignUserSetting(one),
        Command.CreateDeviceImage one => CreateDeviceImage(one),
        Command.DeleteDeviceImage one => DeleteDeviceImage(one),
        Command.StartSession one => StartSession(one),
        Command.EndSession one => EndSession(one),
        Command.DisconnectSession one => DisconnectSession(one),
        _ => throw new InvalidOperationException($"No decision for {command.GetType().Name}."),
    };
}

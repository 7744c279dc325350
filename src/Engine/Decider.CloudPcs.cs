namespace Berth.Engine;

/// <content>What somebody asks of Cloud PCs (C42, C55 to C73).</content>
internal sealed partial class Decider
{
    private Refusal? ApplyPolicy(Command.ApplyPolicy command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? EndGracePeriod(Command.EndGracePeriod command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? Reprovision(Command.Reprovision command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? RenameCloudPc(Command.RenameCloudPc command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? ResizeCloudPc(Command.ResizeCloudPc command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? RestoreCloudPc(Command.RestoreCloudPc command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? SnapshotCloudPc(Command.SnapshotCloudPc command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? RestartCloudPc(Command.RestartCloudPc command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? TroubleshootCloudPc(Command.TroubleshootCloudPc command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? ChangeUserAccountType(Command.ChangeUserAccountType command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? StartBulkAction(Command.StartBulkAction command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? ReportHostJob(Command.ReportHostJob command) => throw new NotImplementedException(command.GetType().Name + _now);
}

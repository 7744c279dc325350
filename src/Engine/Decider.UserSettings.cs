namespace Berth.Engine;

/// <content>User settings (C27).</content>
internal sealed partial class Decider
{
    private Refusal? CreateUserSetting(Command.CreateUserSetting command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? UpdateUserSetting(Command.UpdateUserSetting command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? DeleteUserSetting(Command.DeleteUserSetting command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? AssignUserSetting(Command.AssignUserSetting command) => throw new NotImplementedException(command.GetType().Name + _now);
}

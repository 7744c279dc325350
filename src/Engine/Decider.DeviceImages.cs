using Berth.Engine.CloudPcs;

namespace Berth.Engine;

/// <content>Device images (C142, B311).</content>
internal sealed partial class Decider
{
    private Refusal? CreateDeviceImage(Command.CreateDeviceImage create)
    {
        DeviceImage wanted = create.Image;
        if (string.IsNullOrWhiteSpace(wanted.DisplayName))
        {
            return Invalid("displayName", "An image has a name.");
        }

        if (!DeviceImage.IsVersion(wanted.Version))
        {
            return Invalid("version", "It must be whole numbers with dots between them, such as 0.0.1.");
        }

        if (!AzureResource.IsImage(wanted.SourceImageResourceId))
        {
            return Invalid(
                "sourceImageResourceId", "It must have the form /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.Compute/images/{name}, or be an image of a gallery there.");
        }

        if (_draft.Fleet.DeviceImages.ContainsKey(wanted.Id))
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = wanted.Id };
        }

        if (_draft.Fleet.DeviceImages.Count >= DeviceImage.MostImages)
        {
            return new Refusal(RefusalCode.TooManyObjects) { Name = "device images", Detail = $"{DeviceImage.MostImages}" };
        }

        if (_draft.Fleet.DeviceImages.Values.Any(other =>
            other.DisplayName.Equals(wanted.DisplayName, StringComparison.OrdinalIgnoreCase) && other.Version == wanted.Version))
        {
            return new Refusal(RefusalCode.DisplayNameTaken) { Name = $"{wanted.DisplayName} {wanted.Version}" };
        }

        _draft.Record(new Change.DeviceImageSet(wanted with { ModifiedAt = _now }));
        return null;
    }

    private Refusal? DeleteDeviceImage(Command.DeleteDeviceImage delete)
    {
        if (!_draft.Fleet.DeviceImages.ContainsKey(delete.ImageId))
        {
            return new Refusal(RefusalCode.DeviceImageNotFound) { Subject = delete.ImageId };
        }

        Guid[] users = [.. _draft.Fleet.Policies.Values.Where(policy => policy.ImageType == ImageType.Custom
            && policy.ImageId.Equals($"{delete.ImageId}", StringComparison.OrdinalIgnoreCase)).Select(policy => policy.Id)];
        if (users.Length > 0)
        {
            return new Refusal(RefusalCode.DeviceImageInUse) { Subject = delete.ImageId, Ids = [.. users] };
        }

        _draft.Record(new Change.DeviceImageDeleted(delete.ImageId));
        return null;
    }
}

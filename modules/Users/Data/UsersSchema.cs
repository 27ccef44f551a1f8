using Mana.Kernel.Outbox;

namespace Mana.Users.Data;

/// <summary>Everything of the schema that is written by hand; the first migration runs it behind the tables.</summary>
internal static class UsersSchema
{
    /// <summary>With the owner in the key a foreign group cannot be stored; when a group goes, only the group is forgotten, never the owner.</summary>
    const string TagsOfGroup = """
        ALTER TABLE users.tags ADD CONSTRAINT tags_group FOREIGN KEY (group_id, user_id) REFERENCES users.tag_groups (id, user_id) ON DELETE SET NULL (group_id);
        """;

    public static readonly IReadOnlyList<string> Initial = [OutboxModel.TriggerSql(UsersDbContext.Schema), TagsOfGroup];
}

namespace Mana.Analytics.Data;

/// <summary>
/// Counting, where the rows are. <c>reactions</c> and <c>score</c> of an item change only under the lock of its row and together with the rows that
/// they count; karma likewise, under the lock of the profile, which is always taken after that of the item.
/// </summary>
internal static class FeedbackFunctions
{
    public const string Sql = """
        CREATE FUNCTION feedback.weight(p_emoji text) RETURNS int LANGUAGE sql IMMUTABLE AS
          $$ SELECT CASE p_emoji WHEN '🚀' THEN 2 WHEN '🤔' THEN 0 ELSE 1 END $$;

        CREATE FUNCTION feedback.toggle_reaction(
          p_item uuid, p_user text, p_emoji text, p_weight int, p_all boolean, p_at timestamptz, p_rewarded int, OUT o_reactions jsonb, OUT o_score int, OUT o_reacted boolean)
        LANGUAGE plpgsql AS $$
        DECLARE
          v_author text;
          v_step int;
          v_count int;
        BEGIN
          SELECT i.user_id, i.reactions, i.score INTO v_author, o_reactions, o_score FROM feedback.items i
          WHERE i.id = p_item AND i.deleted_at IS NULL
            AND (p_all OR i.user_id = p_user OR (i.is_public AND (i.parent_id IS NULL OR EXISTS (SELECT FROM feedback.items r WHERE r.id = i.parent_id AND r.is_public))))
          FOR NO KEY UPDATE OF i;
          IF NOT FOUND THEN RETURN; END IF;
          DELETE FROM feedback.reactions x WHERE x.feedback_id = p_item AND x.user_id = p_user AND x.emoji = p_emoji;
          o_reacted := NOT FOUND;
          v_step := CASE WHEN o_reacted THEN 1 ELSE -1 END;
          IF o_reacted THEN
            INSERT INTO feedback.reactions (feedback_id, user_id, emoji, rewarded, created_at) VALUES (p_item, p_user, p_emoji,
              (SELECT count(*) FROM (SELECT FROM feedback.reactions x WHERE x.user_id = p_user AND x.created_at > p_at - interval '24 hours' LIMIT p_rewarded) y) < p_rewarded, p_at);
          END IF;
          v_count := coalesce((o_reactions->>p_emoji)::int, 0) + v_step;
          o_reactions := CASE WHEN v_count > 0 THEN jsonb_set(o_reactions, ARRAY[p_emoji], to_jsonb(v_count)) ELSE o_reactions - p_emoji END;
          o_score := o_score + v_step * p_weight;
          UPDATE feedback.items i SET reactions = o_reactions, score = o_score WHERE i.id = p_item;
          IF v_author <> p_user THEN
            UPDATE feedback.profiles p SET karma = greatest(0, p.karma + v_step) WHERE p.user_id = v_author;
          END IF;
        END $$;

        CREATE FUNCTION feedback.recount(p_item uuid) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM feedback.items i WHERE i.id = p_item FOR NO KEY UPDATE;
          UPDATE feedback.items i SET reactions = c.map, score = c.points
          FROM (SELECT coalesce(jsonb_object_agg(e, n), '{}') AS map, coalesce(sum(n * feedback.weight(e)), 0)::int AS points
                FROM (SELECT x.emoji AS e, count(*) AS n FROM feedback.reactions x WHERE x.feedback_id = p_item GROUP BY x.emoji) counted) c
          WHERE i.id = p_item AND (i.reactions <> c.map OR i.score <> c.points);
          RETURN FOUND;
        END $$;

        CREATE FUNCTION feedback.recount_karma(p_user text) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM feedback.profiles p WHERE p.user_id = p_user FOR UPDATE;
          UPDATE feedback.profiles p SET karma = c.n
          FROM (SELECT count(*)::int AS n FROM feedback.reactions x JOIN feedback.items i ON i.id = x.feedback_id WHERE i.user_id = p_user AND x.user_id <> p_user) c
          WHERE p.user_id = p_user AND p.karma <> c.n;
          RETURN FOUND;
        END $$;

        CREATE FUNCTION feedback.take_reactions(p_user text, p_item uuid) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          v_author text;
        BEGIN
          SELECT i.user_id INTO v_author FROM feedback.items i WHERE i.id = p_item FOR NO KEY UPDATE;
          DELETE FROM feedback.reactions x WHERE x.feedback_id = p_item AND x.user_id = p_user;
          PERFORM feedback.recount(p_item);
          PERFORM feedback.recount_karma(v_author);
        END $$;
        """;
}

-- Table names are Ulteo's under the prefix "ovd_"; columns are the stand-in's own [U]. All in the server's
-- default engine except "actions", which is ARCHIVE where the server has it (put in for @ACTIONS@).
CREATE TABLE ovd_actions (id INT AUTO_INCREMENT, timestamp INT, who VARCHAR(190), where_from VARCHAR(190), what TEXT,
  KEY (id)) @ACTIONS@ DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_application (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(190), description TEXT, type VARCHAR(20),
  executable_path VARCHAR(500), published BOOL DEFAULT 1, static BOOL DEFAULT 0, UNIQUE (name)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_gapplication (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(190), description TEXT,
  published BOOL DEFAULT 1) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_liaison (type VARCHAR(60), element VARCHAR(190), `group` VARCHAR(190), `order` INT,
  PRIMARY KEY (type, element, `group`)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_network_folders (id VARCHAR(64) PRIMARY KEY, server INT, status INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_news (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(500), content TEXT, timestamp INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_scripts (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(190), os VARCHAR(20), type VARCHAR(20),
  data MEDIUMBLOB) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_servers (id INT AUTO_INCREMENT PRIMARY KEY, fqdn VARCHAR(190) NOT NULL, external_name VARCHAR(190),
  organization INT NULL, status VARCHAR(20) NOT NULL, registered BOOL NOT NULL DEFAULT 0, locked BOOL NOT NULL DEFAULT 1,
  type VARCHAR(20), version VARCHAR(40), roles VARCHAR(190) NOT NULL DEFAULT '', cpu_nb_cores INT DEFAULT 0,
  cpu_load DOUBLE DEFAULT 0, ram_total BIGINT DEFAULT 0, ram_used BIGINT DEFAULT 0, timestamp INT NOT NULL DEFAULT 0,
  UNIQUE (fqdn)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_servers_groups (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(190), description TEXT,
  published BOOL DEFAULT 1) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_servers_history (id INT AUTO_INCREMENT PRIMARY KEY, fqdn VARCHAR(190), timestamp INT, cpu DOUBLE,
  ram BIGINT, sessions INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_sessions (id VARCHAR(64) PRIMARY KEY, server INT, organization INT, mode VARCHAR(20), status VARCHAR(20),
  user_login VARCHAR(190), user_displayname VARCHAR(190), servers TEXT, start_time INT, timestamp INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_sessions_history (id VARCHAR(64) PRIMARY KEY, user_login VARCHAR(190), server VARCHAR(190),
  start_stamp INT, stop_stamp INT, stop_why VARCHAR(40)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_shared_folder (id VARCHAR(64) PRIMARY KEY, name VARCHAR(190), server INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_tasks (id VARCHAR(64) PRIMARY KEY, type VARCHAR(60), server VARCHAR(190), status VARCHAR(20),
  t_begin INT, t_end INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_tokens (id VARCHAR(64) PRIMARY KEY, type VARCHAR(40), link_to VARCHAR(64), valid_until INT) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_user (login VARCHAR(190) PRIMARY KEY, displayname VARCHAR(190), password VARCHAR(255),
  organization INT NOT NULL DEFAULT 1) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_user_preferences (login VARCHAR(190), `key` VARCHAR(60), container VARCHAR(60), value TEXT,
  PRIMARY KEY (login, `key`, container)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_usergroup (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(190), description TEXT, published BOOL DEFAULT 1,
  UNIQUE (name)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_usergroup_preferences (group_id INT, `key` VARCHAR(60), container VARCHAR(60), value TEXT,
  PRIMARY KEY (group_id, `key`, container)) DEFAULT CHARSET=utf8mb4;
-- Not Ulteo's: organizations and keys are Inuvika's and PremiumManager's, cron_runs is for the practice farm.
CREATE TABLE ovd_organizations (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(190)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_certificates (id INT AUTO_INCREMENT PRIMARY KEY, digest CHAR(64), content TEXT, start INT,
  UNIQUE (digest)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ovd_cron_runs (id INT AUTO_INCREMENT PRIMARY KEY, kind VARCHAR(20), session_manager_id CHAR(19),
  host VARCHAR(190), timestamp INT, KEY (timestamp)) DEFAULT CHARSET=utf8mb4;
INSERT INTO ovd_organizations (name) VALUES ('default');
